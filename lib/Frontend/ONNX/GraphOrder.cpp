//===- GraphOrder.cpp - Why a value is not there yet -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Tells a cycle from a wrong order from a value that does not exist.
//
//===----------------------------------------------------------------------===//

#include "GraphOrder.h"
#include "ecolm/Dialect/ONNX/IR/QuotedName.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"

using namespace llvm;
using ecolm::onnx::quoteName;

namespace ecolm {
namespace {

constexpr int kUnvisited = -1;

std::string nodeText(const NodeList &nodes, int index) {
  const auto &node = nodes.Get(index);
  return "node " + std::to_string(index) + " " +
         quoteName(node.name().empty() ? node.op_type() : node.name());
}

/// Follows producers from `start` until `target`. Returns, for each node on
/// the way, the node that needs it; `start` needs itself.
std::vector<int> searchProducers(const NodeList &nodes,
                                 const StringMap<int> &producers, int start,
                                 int target) {
  std::vector<int> neededBy(nodes.size(), kUnvisited);
  SmallVector<int> pending = {start};
  neededBy[start] = start;
  while (!pending.empty() && neededBy[target] == kUnvisited) {
    int index = pending.pop_back_val();
    for (const std::string &input : nodes.Get(index).input()) {
      auto found = producers.find(input);
      if (found == producers.end() || neededBy[found->second] != kUnvisited)
        continue;
      neededBy[found->second] = index;
      pending.push_back(found->second);
    }
  }
  return neededBy;
}

} // namespace

std::string explainMissingValue(const NodeList &nodes, int user,
                                StringRef value) {
  StringMap<int> producers;
  for (int i = 0; i < nodes.size(); ++i)
    for (const std::string &output : nodes.Get(i).output())
      producers.try_emplace(output, i);
  auto found = producers.find(value);
  if (found == producers.end())
    return "is defined nowhere: no node, input or initializer has that name; "
           "export the model again";
  int producer = found->second;
  std::vector<int> neededBy = searchProducers(nodes, producers, producer, user);
  if (neededBy[user] == kUnvisited)
    return "is used before it is defined, by " + nodeText(nodes, producer) +
           "; sort the nodes topologically (onnx.checker tells the same)";
  // From the user back along "is needed by" to the producer it asked for.
  std::string cycle = nodeText(nodes, user);
  constexpr unsigned kShown = 8;
  unsigned shown = 1;
  for (int at = user; at != producer && shown < kShown; ++shown) {
    at = neededBy[at];
    cycle += " -> " + nodeText(nodes, at);
  }
  return "closes a cycle: " + cycle + (shown == kShown ? " -> ..." : "") +
         " -> " + nodeText(nodes, user) +
         "; a graph of ONNX has no cycles, use Loop or Scan";
}

} // namespace ecolm
