// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace wecan {

// The verbs a work agent ever sends. Everything else (verbs of a PolicyRule, of a review) stays
// text.
enum class AgentVerb : uint8_t { kCreate, kDelete, kGet, kList, kPatch, kUpdate, kWatch };
inline constexpr int kAgentVerbs = 7;
// As people say them; everything that is shown to people is in this order.
inline constexpr AgentVerb kVerbOrder[kAgentVerbs] = {
    AgentVerb::kGet,    AgentVerb::kCreate, AgentVerb::kUpdate, AgentVerb::kPatch,
    AgentVerb::kDelete, AgentVerb::kList,   AgentVerb::kWatch};

absl::string_view VerbName(AgentVerb verb);
std::optional<AgentVerb> ParseAgentVerb(absl::string_view name);

// A set of agent verbs; iterates and prints in alphabetical order.
class VerbSet {
 public:
  constexpr VerbSet() = default;
  constexpr explicit VerbSet(uint8_t bits) : bits_(bits) {}
  constexpr VerbSet(std::initializer_list<AgentVerb> verbs) {
    for (AgentVerb v : verbs) bits_ |= Bit(v);
  }

  constexpr bool empty() const { return bits_ == 0; }
  constexpr bool Has(AgentVerb v) const { return (bits_ & Bit(v)) != 0; }
  constexpr void Add(AgentVerb v) { bits_ |= Bit(v); }
  constexpr uint8_t bits() const { return bits_; }
  constexpr VerbSet operator|(VerbSet o) const {
    return VerbSet(static_cast<uint8_t>(bits_ | o.bits_));
  }
  constexpr VerbSet operator&(VerbSet o) const {
    return VerbSet(static_cast<uint8_t>(bits_ & o.bits_));
  }
  constexpr VerbSet operator-(VerbSet o) const {
    return VerbSet(static_cast<uint8_t>(bits_ & ~o.bits_));
  }
  VerbSet& operator|=(VerbSet o) { return *this = *this | o; }
  friend bool operator==(VerbSet, VerbSet) = default;

  // Calls f(AgentVerb) for each verb of the set, alphabetically.
  template <typename F>
  void ForEach(F f) const {
    for (int i = 0; i < kAgentVerbs; ++i) {
      if (Has(static_cast<AgentVerb>(i))) f(static_cast<AgentVerb>(i));
    }
  }
  std::vector<std::string> Names() const;
  std::string Join(absl::string_view separator) const;

 private:
  static constexpr uint8_t Bit(AgentVerb v) {
    return static_cast<uint8_t>(1u << static_cast<int>(v));
  }
  uint8_t bits_ = 0;
};

}  // namespace wecan
