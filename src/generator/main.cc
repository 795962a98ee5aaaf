// SPDX-License-Identifier: Apache-2.0
// usage: wecan_generate tables ROOT OUT.cc      the constant tables that the analyzer is built with
//        wecan_generate docs ROOT FOLDER        rules.md and profiles.md into FOLDER
#include <fstream>
#include <iostream>
#include <stdexcept>

#include "src/generator/data.h"

namespace {

void Write(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (!out.flush()) throw std::runtime_error(path + ": cannot be written");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string mode = argc == 4 ? argv[1] : "";
    if (mode == "tables") {
      Write(argv[3], wecan::GenerateTables(wecan::LoadData(argv[2])));
    } else if (mode == "docs") {
      const wecan::Data data = wecan::LoadData(argv[2]);
      Write(std::string(argv[3]) + "/rules.md", wecan::GenerateRulesPage(data));
      Write(std::string(argv[3]) + "/profiles.md", wecan::GenerateProfilesPage(data));
    } else {
      std::cerr << "usage: wecan_generate tables|docs ROOT OUT\n";
      return 2;
    }
  } catch (const std::exception& e) {
    std::cerr << "wecan_generate: " << e.what() << "\n";
    return 1;
  }
  return 0;
}
