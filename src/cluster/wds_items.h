// SPDX-License-Identifier: Apache-2.0
// Items of lists that an API server gave, as manifests. They are stored objects, so nothing that
// keeps a file's manifest from being checked (templates, local-config) means anything in them.
#pragma once

#include <vector>

#include "src/cluster/discovery.h"
#include "src/input/contents.h"
#include "src/input/document.h"

namespace wecan {

// The metadata of `item` that counts, and nothing of its body.
Object ObjectOf(const DiscoveredResource& type, const Value& item, Extraction& extraction);

// Adds the object with what its annotations suppress and, of an RBAC object, what it grants.
void AddObject(Object object, const Value& item, Extraction& extraction);

// Adds a BindingPolicy, and a Binding with its entries.
void AddBindingPolicy(const Value& item, Extraction& extraction);
void AddBinding(const Value& item, Extraction& extraction);

// Gives an RBAC object that a Binding's entry names what the entry lacks: its labels, its rules and
// its subjects. `entry` indexes extraction.input().objects.
void CompleteEntry(int entry, const Value& item, Extraction& extraction);

// What is served, as CustomResourceDefinitions: kinds that the catalogue does not have, or has
// otherwise.
std::vector<CustomResource> CustomResourcesOf(const Discovery& discovery);

}  // namespace wecan
