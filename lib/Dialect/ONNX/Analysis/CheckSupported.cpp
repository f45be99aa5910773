//===- CheckSupported.cpp - What of a graph does not compile -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Holds every node against the operator table.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/Analysis/CheckSupported.h"
#include "ecolm/Dialect/ONNX/Analysis/OperatorTable.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "ecolm/Dialect/ONNX/IR/QuotedName.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace ecolm::onnx {
namespace {

/// Collects the findings about a module.
class SupportCheck {
public:
  explicit SupportCheck(SupportReport &report) : report(report) {}

  void check(NodeOp node);

private:
  void add(NodeOp node, UnsupportedKind kind, std::string reason,
           std::string remedy);
  bool checkOperator(NodeOp node, const SupportedOperator *entry);
  void checkTypes(NodeOp node);
  bool isTyped(NodeOp node);

  SupportReport &report;
  llvm::StringMap<size_t> groupIndex;
};

/// The place that the importer gave a node, which stands in column zero.
int64_t findIndex(Location loc) {
  auto place = loc->findInstanceOf<FileLineColLoc>();
  return place && place.getColumn() == 0 ? place.getLine() : -1;
}

void SupportCheck::add(NodeOp node, UnsupportedKind kind, std::string reason,
                       std::string remedy) {
  std::string key = std::to_string(static_cast<int>(kind)) + '\0' +
                    node.getDomain().str() + '\0' + node.getOpType().str() +
                    '\0' + remedy;
  auto [slot, isNew] = groupIndex.try_emplace(key, report.groups.size());
  if (isNew)
    report.groups.push_back({kind,
                             node.getDomain().str(),
                             node.getOpType().str(),
                             std::move(remedy),
                             {}});
  auto named = node.getLoc()->findInstanceOf<NameLoc>();
  report.groups[slot->second].nodes.push_back(
      {named ? named.getName().str() : std::string(), findIndex(node.getLoc()),
       node.getLoc(), std::move(reason)});
}

std::string adviseOnOperator(NodeOp node) {
  if (!node.getSubgraphs().empty())
    return "export the model without control flow, for example by tracing it";
  if (node.getDomain() == kEcoLMDomain)
    return "update the compiler: the model was written for a newer one";
  if (node.getDomain().empty())
    return "export the model so that the operator is decomposed into supported "
           "ones (docs/Operators.md lists them)";
  return "export the model without operators of this domain; optimizers of "
         "other runtimes insert them";
}

/// Operator, version and attributes; true if the limits are worth a look.
bool SupportCheck::checkOperator(NodeOp node, const SupportedOperator *entry) {
  if (!entry) {
    add(node, UnsupportedKind::Operator, "the operator is not supported",
        adviseOnOperator(node));
    return false;
  }
  int64_t opset = node.getOpset();
  if (opset < entry->firstOpset || opset > entry->lastOpset) {
    std::string range = std::to_string(entry->firstOpset) + " to " +
                        std::to_string(entry->lastOpset);
    add(node, UnsupportedKind::Opset,
        "it is of opset " + std::to_string(opset) + "; expected " + range,
        "convert the model with onnx.version_converter to an opset from " +
            range);
    return false;
  }
  SmallVector<StringRef> known;
  entry->attributes.split(known, ' ');
  for (NamedAttribute attr : node.getAttrs())
    if (!llvm::is_contained(known, attr.getName().strref()))
      add(node, UnsupportedKind::Use,
          "attribute " + quoteName(attr.getName()) + " is not supported",
          "export the model without this attribute");
  return true;
}

bool isSupportedElement(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type))
    return llvm::is_contained({1u, 2u, 4u, 8u, 16u, 32u, 64u},
                              integer.getWidth());
  return isa<Float32Type, Float64Type, Float16Type, BFloat16Type>(type);
}

/// Whether `value` holds stored powers of two, which are scales of
/// DequantizeLinear and nothing else.
static bool isStoredExponent(NodeOp node, Value value) {
  return node.isStandard("DequantizeLinear") && value == node.getInputs()[1] &&
         isa<Float8E8M0FNUType>(getElementTypeOrSelf(value.getType())) &&
         getConstantElements(value);
}

void SupportCheck::checkTypes(NodeOp node) {
  for (Value value :
       llvm::concat<Value>(llvm::to_vector(node->getOperands()),
                           llvm::to_vector_of<Value>(node->getResults()))) {
    auto tensor = dyn_cast<TensorType>(value.getType());
    if (!tensor || isa<UnknownType>(tensor.getElementType()) ||
        isStoredExponent(node, value) ||
        isSupportedElement(tensor.getElementType()))
      continue;
    std::string text;
    llvm::raw_string_ostream(text) << tensor.getElementType();
    add(node, UnsupportedKind::Type, "it has a tensor of " + text,
        "convert the model to float32, and integers to int64, int32 or int8");
    return;
  }
}

bool SupportCheck::isTyped(NodeOp node) {
  auto typed = [](Type type) {
    auto tensor = dyn_cast<TensorType>(type);
    return !tensor ||
           (tensor.hasRank() && !isa<UnknownType>(tensor.getElementType()));
  };
  for (Value input : node.getInputs()) {
    if (typed(input.getType()))
      continue;
    // What an unsupported node gives has no type, and that is its own finding.
    auto argument = dyn_cast<BlockArgument>(input);
    auto main = dyn_cast<func::FuncOp>(node->getParentOp());
    if (!argument || !main)
      return false;
    auto name =
        main.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "onnx.name");
    add(node, UnsupportedKind::Shape,
        "the model states no type or no rank for its input " +
            quoteName(name ? name.getValue() : StringRef()),
        "export the model with a type and a shape for every input; dimensions "
        "may have names");
    return false;
  }
  for (auto [i, result] : llvm::enumerate(node.getOutputs()))
    if (!typed(result.getType()) && (i == 0 || !result.use_empty())) {
      add(node, UnsupportedKind::Shape,
          "the shape of output " + std::to_string(i) + " depends on the data",
          "give the model's inputs fixed ranks, or fold the shape computation "
          "with onnxsim");
      return false;
    }
  return true;
}

void SupportCheck::check(NodeOp node) {
  ++report.numNodes;
  const SupportedOperator *entry =
      findSupportedOperator(node.getDomain(), node.getOpType());
  if (!checkOperator(node, entry))
    return;
  if (auto reason = node->getAttrOfType<StringAttr>(kRefusalAttrName))
    return add(node, UnsupportedKind::Use, "it " + reason.getValue().str(),
               adviseOnOperator(node));
  checkTypes(node);
  if (!isTyped(node))
    return;
  if (auto assumes = node->getAttrOfType<ArrayAttr>("onnx.assumes"))
    for (auto condition : assumes.getAsRange<StringAttr>())
      add(node, UnsupportedKind::Assumption,
          "the program checks in the run that " + condition.getValue().str(),
          "none needed; to spare the check, give dimensions of the model's "
          "inputs that are equal the same name, or a fixed size");
  if (!entry->check)
    return;
  if (std::optional<Refusal> refusal = entry->check(node))
    add(node, UnsupportedKind::Use, refusal->reason, refusal->remedy);
}

} // namespace

SupportReport checkSupported(ModuleOp module) {
  SupportReport report;
  SupportCheck check(report);
  module.walk<WalkOrder::PreOrder>([&](NodeOp node) { check.check(node); });
  return report;
}

} // namespace ecolm::onnx
