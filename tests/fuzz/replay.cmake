# Each fuzz target without a fuzzer, as a test over the fixtures and over its own corpus: plain
# ctest runs what a fuzzer once found. Files above 64 KiB are left out, to keep it short; the golden
# tests run those.
file(GLOB WECAN_FUZZ_SOURCES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/fuzz/fuzz_*.cc)
foreach(source ${WECAN_FUZZ_SOURCES})
  get_filename_component(target ${source} NAME_WE)
  string(REPLACE "fuzz_" "fuzz_replay_" replay ${target})
  add_executable(${replay} ${source} ${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cc
                 ${CMAKE_SOURCE_DIR}/tests/testing/run.cc)
  target_link_libraries(${replay} PRIVATE wecan_program nlohmann_json::nlohmann_json)
  set(paths fixtures/malformed fixtures)
  if(EXISTS ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${target})
    list(APPEND paths tests/fuzz/corpus/${target})
  endif()
  add_test(NAME ${replay} COMMAND ${replay} --max-bytes 65536 ${paths}
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
endforeach()
