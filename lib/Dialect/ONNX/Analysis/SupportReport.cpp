//===- SupportReport.cpp - Prints what does not compile -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Renders a report as text, as JSON and as diagnostics.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/Analysis/CheckSupported.h"
#include "ecolm/Dialect/ONNX/IR/QuotedName.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;

namespace ecolm::onnx {

/// Nodes that a diagnostic or a paragraph names, and groups that a report
/// tells, before it says "and N more".
static constexpr size_t kNamed = 64;

StringRef stringifyUnsupportedKind(UnsupportedKind kind) {
  switch (kind) {
  case UnsupportedKind::Operator:
    return "operator";
  case UnsupportedKind::Opset:
    return "opset";
  case UnsupportedKind::Use:
    return "use";
  case UnsupportedKind::Type:
    return "type";
  case UnsupportedKind::Shape:
    return "shape";
  case UnsupportedKind::Assumption:
    return "assumption";
  }
  return "operator";
}

static std::string describeOperator(const UnsupportedGroup &group) {
  return group.domain.empty() ? quoteName(group.opType)
                              : quoteName(group.domain + "::" + group.opType);
}

static std::string describeCount(size_t count, StringRef noun) {
  return std::to_string(count) + " " + noun.str() + (count == 1 ? "" : "s");
}

static std::string describeNode(const UnsupportedNode &node) {
  std::string index = node.index < 0 ? "" : " " + std::to_string(node.index);
  return "node" + index + (node.name.empty() ? "" : " " + quoteName(node.name));
}

size_t SupportReport::countObstacles() const {
  return llvm::count_if(groups, [](const UnsupportedGroup &group) {
    return group.kind != UnsupportedKind::Assumption;
  });
}

void SupportReport::print(llvm::raw_ostream &os) const {
  if (isSupported())
    os << "all " << describeCount(numNodes, "node") << " can be compiled\n";
  else
    os << describeCount(countObstacles(), "obstacle") << " in "
       << describeCount(numNodes, "node") << "\n";
  for (const UnsupportedGroup &group : ArrayRef(groups).take_front(kNamed)) {
    os << "\n"
       << describeOperator(group) << " ("
       << describeCount(group.nodes.size(), "node") << ", "
       << stringifyUnsupportedKind(group.kind) << ")\n";
    for (const UnsupportedNode &node : ArrayRef(group.nodes).take_front(kNamed))
      os << "  " << describeNode(node) << ": " << node.reason << "\n";
    if (group.nodes.size() > kNamed)
      os << "  and " << group.nodes.size() - kNamed << " more\n";
    os << "  remedy: " << group.remedy << "\n";
  }
  if (groups.size() > kNamed)
    os << "\nand " << groups.size() - kNamed << " more of the kind\n";
}

llvm::json::Value SupportReport::toJSON() const {
  llvm::json::Array list;
  for (const UnsupportedGroup &group : groups) {
    llvm::json::Array nodes;
    for (const UnsupportedNode &node : group.nodes)
      nodes.push_back(llvm::json::Object{
          {"index", node.index},
          {"name", escapeName(node.name)},
          {"reason", node.reason},
      });
    list.push_back(llvm::json::Object{
        {"kind", stringifyUnsupportedKind(group.kind)},
        {"domain", group.domain.empty() ? "ai.onnx" : escapeName(group.domain)},
        {"operator", escapeName(group.opType)},
        {"remedy", group.remedy},
        {"nodes", std::move(nodes)},
    });
  }
  return llvm::json::Object{
      {"supported", isSupported()},
      {"nodes", static_cast<int64_t>(numNodes)},
      {"groups", std::move(list)},
  };
}

void SupportReport::emit() const {
  size_t told = 0;
  for (const UnsupportedGroup &group : groups) {
    if (group.kind == UnsupportedKind::Assumption)
      continue;
    const UnsupportedNode &first = group.nodes.front();
    InFlightDiagnostic error = emitError(first.loc);
    if (++told > kNamed) {
      error << "cannot compile " << countObstacles() - kNamed
            << " more operators; " << group.remedy;
      return;
    }
    error << "cannot compile " << describeOperator(group) << ": "
          << first.reason << "; " << group.remedy;
    for (const UnsupportedNode &node :
         ArrayRef(group.nodes).drop_front().take_front(kNamed))
      error.attachNote(node.loc) << "the same here: " << node.reason;
    if (group.nodes.size() > kNamed + 1)
      error.attachNote(first.loc)
          << "and " << group.nodes.size() - kNamed - 1 << " more";
  }
}

} // namespace ecolm::onnx
