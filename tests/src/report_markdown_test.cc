// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/check.h"

namespace wecan {
namespace {

using testing::HasSubstr;

std::string Markdown(const std::string& manifests, std::vector<std::string> flags = {}) {
  flags.insert(flags.end(), {"-o", "markdown"});
  return CheckFiles({{"in.yaml", manifests}}, flags);
}

TEST(ReportMarkdown, TheMatrixTheFixAndAllPlaces) {
  EXPECT_EQ(Markdown(StorageClassYaml("a") + QuotaYaml("n1") + QuotaYaml("n2")),
            R"(<!-- wecan -->
### wecan: 3 of 3 objects blocked on a WEC

3 errors (`profile ocm-1.3, klusterlet-work-sa`).

| | resource | scope | get | create | update | delete | objects |
|---|---|---|:-:|:-:|:-:|:-:|---|
| error WEC101 | `storageclasses.storage.k8s.io` | cluster | **no** | **no** | **no** | **no** | `StorageClass/a` |
| error WEC101 | `resourcequotas` | ns `n1` +1 more | yes | **no** | **no** | **no** | `ResourceQuota/n1/quota` +1 more |

```sh
wecan fix in.yaml --diff
```

Rules that `system:serviceaccount:open-cluster-management-agent:klusterlet-work-sa` lacks:

```yaml
rules:
- {apiGroups: [""], resources: [resourcequotas], verbs: [create, delete, update]}
- {apiGroups: [storage.k8s.io], resources: [storageclasses], verbs: [create, delete, get, update]}
```

<details><summary>All places</summary>

```text
error WEC101  in.yaml:2:1  StorageClass/a
error WEC101  in.yaml:8:1  ResourceQuota/n1/quota
error WEC101  in.yaml:12:1  ResourceQuota/n2/quota
```

</details>
)");
}

TEST(ReportMarkdown, NothingIsMissing) {
  EXPECT_EQ(Markdown(kCleanYaml),
            "<!-- wecan -->\n### wecan: 1 object checked, none blocked on a WEC\n\n"
            "Nothing is missing (`profile ocm-1.3, klusterlet-work-sa`).\n");
}

TEST(ReportMarkdown, NamesAreNoMarkup) {
  const std::string text = Markdown(StorageClassYaml("'a|`b`<script>'"));
  EXPECT_THAT(text,
              HasSubstr("| <code>StorageClass&#47;a&#124;&#96;b&#96;&#60;script&#62;</code> |"));
  EXPECT_THAT(Markdown(StorageClassYaml("'```` x'")),
              HasSubstr("\n`````text\nerror WEC101  in.yaml:2:1  StorageClass/```` x\n`````\n"));
}

}  // namespace
}  // namespace wecan
