// SPDX-License-Identifier: Apache-2.0
#include "src/input/load.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <istream>
#include <iterator>
#include <memory>
#include <mutex>
#include <thread>
#include <tuple>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "analyzer/requirements/kind_rules.h"
#include "src/input/find_files.h"
#include "src/input/manifest_reader.h"

namespace wecan {
namespace {

constexpr size_t kPartBytes = size_t{1} << 20;  // a large file is read in parts of about this size

// One file while it is read. Its parts may be read by different threads; `parts` keeps their order.
struct FileInWork {
  Source source;
  std::string text;
  std::vector<std::vector<Stretch>> stretches;
  std::vector<Contents> parts;
  std::string failure;  // why it could not be read at all
  bool has_braces = false;
  std::atomic<size_t> parts_left{0};
};

// ---- reading them

class Reader {
 public:
  Reader(const LoadRequest& request, const FileSystem& files, std::istream& in)
      : request_(request), files_(files), in_(in) {}

  std::vector<std::unique_ptr<FileInWork>> Run(std::vector<Source> sources) {
    for (Source& source : sources) {
      auto file = std::make_unique<FileInWork>();
      file->source = std::move(source);
      work_.push_back(std::move(file));
    }
    const size_t wanted = request_.threads > 0 ? static_cast<size_t>(request_.threads)
                                               : std::max(1u, std::thread::hardware_concurrency());
    // A single file is opened here first: most are small, and a thread costs more than they do.
    const size_t threads = work_.size() <= 1 ? 1 : wanted;
    std::vector<std::thread> helpers;
    for (size_t i = 1; i < threads; ++i) helpers.emplace_back([this] { Work(); });
    if (work_.size() == 1 && wanted > 1) {
      Open(*work_[next_++]);
      const size_t parts = queue_.size();
      for (size_t i = 1; i < std::min(wanted, parts); ++i) helpers.emplace_back([this] { Work(); });
    }
    Work();
    for (std::thread& helper : helpers) helper.join();
    return std::move(work_);
  }

 private:
  // Files first, then parts of large files, until both are gone.
  void Work() {
    for (size_t i = next_++; i < work_.size(); i = next_++) {
      Open(*work_[i]);
      while (ReadPart()) {
      }
    }
    // Another thread may still be opening a large file whose parts come later.
    std::unique_lock<std::mutex> lock(mutex_);
    while (opened_ < work_.size() || !queue_.empty()) {
      if (queue_.empty()) {
        changed_.wait(lock);
        continue;
      }
      lock.unlock();
      ReadPart();
      lock.lock();
    }
  }

  bool ReadPart() {
    FileInWork* file = nullptr;
    size_t part = 0;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (queue_.empty()) return false;
      std::tie(file, part) = queue_.front();
      queue_.pop_front();
    }
    ReadYaml(file->stretches[part], file->has_braces, request_.budgets, file->parts[part]);
    file->stretches[part] = {};
    if (--file->parts_left == 0) file->text = std::string();
    return true;
  }

  void Open(FileInWork& file) {
    Prepare(file);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ++opened_;
      for (size_t i = 0; i < file.stretches.size(); ++i) queue_.emplace_back(&file, i);
    }
    changed_.notify_all();
  }

  // Reads the bytes, and either all of what they say (JSON) or into which parts they fall (YAML).
  void Prepare(FileInWork& file) {
    if (!ReadBytes(file)) return;
    absl::string_view text = file.text;
    absl::ConsumePrefix(&text, "\xef\xbb\xbf");
    file.failure = NotText(text);
    if (!file.failure.empty()) return;
    file.has_braces = absl::StrContains(text, "{{");
    const bool context = file.source.purpose == Purpose::kContext && !file.has_braces;
    if (LooksLikeJson(text)) {
      if (context && !MayMatterAsContext(text)) return;
      file.parts.resize(1);
      ReadJson(text, absl::EndsWith(file.source.path, ".json"), request_.budgets, file.parts[0]);
      file.text = std::string();
      return;
    }
    size_t bytes = kPartBytes;
    for (Stretch& stretch : SplitDocuments(text)) {
      if (context && !MayMatterAsContext(stretch.text)) continue;
      if (bytes >= kPartBytes) {
        file.stretches.emplace_back();
        bytes = 0;
      }
      bytes += stretch.text.size();
      file.stretches.back().push_back(stretch);
    }
    file.parts.resize(file.stretches.size());
    file.parts_left = file.stretches.size();
  }

  bool ReadBytes(FileInWork& file) {
    const uint64_t limit = request_.budgets.file_bytes;
    if (file.source.path == "-") {
      std::string chunk(size_t{1} << 16, '\0');
      while (in_.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) ||
             in_.gcount() > 0) {
        file.text.append(chunk.data(), static_cast<size_t>(in_.gcount()));
        if (file.text.size() > limit) {
          file.failure = absl::StrCat("standard input is larger than ", limit,
                                      " bytes; raise --max-file-size");
          file.text = std::string();
          return false;
        }
      }
      return true;
    }
    absl::StatusOr<std::string> text = files_.Read(file.source.path, limit);
    if (!text.ok()) {
      absl::string_view why = text.status().message();
      absl::ConsumePrefix(
          &why, absl::StrCat(file.source.path, ": "));  // the diagnostic has the path itself
      file.failure = std::string(why);
      return false;
    }
    file.text = *std::move(text);
    return true;
  }

  const LoadRequest& request_;
  const FileSystem& files_;
  std::istream& in_;
  std::vector<std::unique_ptr<FileInWork>> work_;
  std::atomic<size_t> next_{0};
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  size_t opened_ = 0;
  std::deque<std::pair<FileInWork*, size_t>> queue_;
};

// ---- putting them together

class Merger {
 public:
  explicit Merger(const LoadRequest& request) : request_(request) {}

  Loaded Run(std::vector<std::unique_ptr<FileInWork>> files) {
    for (const LiveContents& live : request_.live) AddLive(live);
    for (std::unique_ptr<FileInWork>& file : files) {
      AddFile(*file);
      file.reset();
    }
    for (const std::string& path : request_.paths) CheckNotEmpty(path);
    NameEntries();
    return std::move(loaded_);
  }

 private:
  AnalysisInput& input() { return loaded_.input; }
  int Last() { return static_cast<int>(input().files.size()) - 1; }

  void Report(absl::string_view rule, Level level, std::string message, SourceLocation location) {
    location.file = Last();
    input().diagnostics.push_back({std::string(rule), level, std::move(message), location});
  }

  void AddLive(const LiveContents& live) {
    const Source source{live.name, live.context ? Purpose::kLoad : Purpose::kCheck};
    input().files.push_back({.path = live.name, .live = true, .requested = !live.context});
    Contents contents = live.contents;
    AddPart(contents, source, 0);
    InputFile& info = input().files.back();
    if (info.status == FileStatus::kOk && info.objects == 0) info.status = FileStatus::kSkipped;
  }

  void AddFile(FileInWork& file) {
    const Source& source = file.source;
    const bool check = source.purpose == Purpose::kCheck;
    input().files.push_back({.path = source.path, .requested = check});
    InputFile& info = input().files.back();
    if (!file.failure.empty()) {
      info.status = FileStatus::kError;
      Report("WEC901", Level::kError, file.failure, {});
      return;
    }
    const auto template_part = std::find_if(file.parts.begin(), file.parts.end(),
                                            [](const Contents& c) { return c.is_template; });
    if (template_part != file.parts.end()) {
      info.status = FileStatus::kTemplate;
      if (check) {
        Report("WEC902", Level::kNote,
               "not rendered: a Helm or Go template; render it first, for example: helm template "
               "CHART | wecan check -f -",
               template_part->template_location);
      }
      return;
    }
    uint32_t documents = 0;
    for (Contents& part : file.parts) {
      AddPart(part, source, documents);
      documents += part.documents;
    }
    if (info.status == FileStatus::kOk && info.objects == 0) info.status = FileStatus::kSkipped;
  }

  SourceLocation Place(SourceLocation location, uint32_t documents) {
    if (input().files.back().live) return {.file = Last(), .document = location.document};
    location.file = Last();
    location.document += documents;
    return location;
  }

  void AddPart(Contents& part, const Source& source, uint32_t documents) {
    InputFile& info = input().files.back();
    for (Diagnostic& d : part.input.diagnostics) {
      if (d.rule == "WEC901") info.status = FileStatus::kError;
      if (source.purpose != Purpose::kCheck && d.rule != "WEC901") continue;
      d.location = Place(d.location, documents);
      input().diagnostics.push_back(std::move(d));
    }
    const auto append = [](auto& to, auto& from) {
      std::move(from.begin(), from.end(), std::back_inserter(to));
    };
    if (source.purpose != Purpose::kPolicies) append(input().crds, part.input.crds);
    for (BindingPolicy& p : part.input.policies) p.location = Place(p.location, documents);
    if (source.purpose == Purpose::kPolicies) append(loaded_.policies, part.input.policies);
    if (source.purpose == Purpose::kCrds || source.purpose == Purpose::kPolicies) return;

    const int first_object = static_cast<int>(input().objects.size());
    const int first_work = static_cast<int>(input().works.size());
    const int first_binding = static_cast<int>(input().bindings.size());
    const bool loaded = source.purpose != Purpose::kCheck;
    for (Object& o : part.input.objects) {
      o.location = Place(o.location, documents);
      o.loaded = loaded;
      if (o.work >= 0) o.work += first_work;
      if (o.binding >= 0) o.binding += first_binding;
      info.objects += o.work >= 0 || !IsSteering(o.group, o.kind);
      input().objects.push_back(std::move(o));
    }
    const auto place_origin = [&](auto& rbac_object) {
      Origin& origin = rbac_object.origin;
      origin.location = Place(origin.location, documents);
      origin.loaded = loaded;
      origin.object += first_object;
    };
    for (Role& role : part.input.rbac.roles) place_origin(role);
    for (Suppression& s : part.input.suppressions) {
      if (source.purpose != Purpose::kCheck) break;
      s.location = Place(s.location, documents);
      s.begin_object += first_object;
      s.end_object += first_object;
      input().suppressions.push_back(std::move(s));
    }
    for (RoleBinding& binding : part.input.rbac.bindings) place_origin(binding);
    for (ManifestWork& work : part.input.works) work.location = Place(work.location, documents);
    for (Binding& binding : part.input.bindings)
      binding.location = Place(binding.location, documents);
    append(input().policies, part.input.policies);
    append(input().works, part.input.works);
    append(input().bindings, part.input.bindings);
    append(input().rbac.roles, part.input.rbac.roles);
    append(input().rbac.bindings, part.input.rbac.bindings);
  }

  // Entries of a Binding name a resource; their kind may be known from a CRD that was read after
  // them.
  void NameEntries() {
    if (input().bindings.empty()) return;
    const ResourceMapper mapper(input().crds);
    for (Object& o : input().objects) {
      if (o.binding < 0) continue;
      if (std::string kind = mapper.KindOf(o.group, o.resource); !kind.empty())
        o.kind = std::move(kind);
    }
  }

  // Whether anything to check stands in the file `path` or below the folder `path`.
  bool HasObjects(const std::string& path) {
    const std::string below = absl::EndsWith(path, "/") ? path : path + "/";
    return std::any_of(input().files.begin(), input().files.end(), [&](const InputFile& f) {
      return f.requested && f.objects > 0 && (f.path == path || absl::StartsWith(f.path, below));
    });
  }

  // A folder or standard input with nothing to check must not pass for a clean one.
  void CheckNotEmpty(const std::string& path) {
    const bool folder = std::none_of(input().files.begin(), input().files.end(),
                                     [&](const InputFile& f) { return f.path == path; });
    if ((!folder && path != "-") || HasObjects(path) || !empty_.insert(path).second) return;
    if (folder)
      input().files.push_back({.path = path, .status = FileStatus::kSkipped, .requested = false});
    const auto place = std::find_if(input().files.begin(), input().files.end(),
                                    [&](const InputFile& f) { return f.path == path; });
    const SourceLocation location{.file = static_cast<int>(place - input().files.begin())};
    const auto report = [&](absl::string_view rule, Level level, std::string message) {
      input().diagnostics.push_back({std::string(rule), level, std::move(message), location});
    };
    if (path == "-" && place->status == FileStatus::kError) return;  // told already
    if (path == "-") {
      report("WEC901", Level::kError,
             "standard input holds no Kubernetes object to check; did the command before the pipe "
             "fail?");
    } else if (request_.require_objects) {
      report("WEC901", Level::kError,
             "no Kubernetes object to check below this folder, and --require-objects is set");
    } else {
      report("WEC905", Level::kWarning, "no Kubernetes object to check below this folder");
    }
  }

  const LoadRequest& request_;
  Loaded loaded_;
  absl::flat_hash_set<std::string> empty_;
};

}  // namespace

Loaded Load(const LoadRequest& request, const FileSystem& files, std::istream& in) {
  Reader reader(request, files, in);
  return Merger(request).Run(reader.Run(FindFiles(request, files)));
}

}  // namespace wecan
