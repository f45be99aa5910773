//===- FoldConstants.cpp - Computes constant parts of a graph -------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Replaces values that depend on constants only by initializers.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/Evaluate/Evaluate.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "ecolm/Dialect/ONNX/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace ecolm::onnx {

#define GEN_PASS_DEF_FOLDCONSTANTS
#include "ecolm/Dialect/ONNX/Transforms/Passes.h.inc"

namespace {

/// A constant of at most this many elements may be made out of smaller ones.
constexpr int64_t kSmallElements = int64_t(1) << 16;
/// Elements that may be computed whatever the size of the model, and for every
/// element of its initializers.
constexpr int64_t kFreeElements = int64_t(1) << 26, kElementsPerElement = 64;
/// Operators of a chain that its initializer remembers.
constexpr size_t kRememberedOperators = 16;

/// A value that depends on constants only.
struct Constant {
  /// The elements; none for a reordering that nobody asked for yet.
  std::optional<HostTensor> tensor;
  /// Uses by operations not yet visited.
  int64_t pendingUses = 0;
  /// True if a visited operation stays and reads it.
  bool isNeeded = false;
  /// Reorderings between an initializer and this value, or none if it is more
  /// than a reordering.
  std::optional<unsigned> numReorderings;
  /// The largest initializer below, and its elements.
  StringRef name;
  int64_t numLeafElements = 0;
  /// Codes that the initializers below hold at most: of integers one a bit.
  int64_t numLeafCodes = 0;
  /// Operators between the initializers and this value.
  llvm::SmallSetVector<StringAttr, 4> operators;
};

class Folder {
public:
  explicit Folder(ModuleOp module) : module(module) {
    int64_t count = 0;
    module.walk([&](InitializerOp op) {
      count += cast<ShapedType>(op.getOutput().getType()).getNumElements();
    });
    budget.elements = kFreeElements + kElementsPerElement * count;
  }

  void run() {
    module.walk<WalkOrder::PreOrder>([&](Operation *op) { visit(op); });
    for (NodeOp node : llvm::reverse(folded))
      if (node.use_empty()) {
        node.erase();
        ++numFolded;
      }
    module.walk([](InitializerOp op) {
      if (op.use_empty())
        op.erase();
    });
  }

  int64_t numFolded = 0;

private:
  void visit(Operation *op);
  bool fold(NodeOp node);
  bool foldReordering(NodeOp node);
  void remember(NodeOp node, std::optional<unsigned> numReorderings,
                MutableArrayRef<std::optional<HostTensor>> tensors);
  const HostTensor *getTensor(Value value,
                              std::optional<HostTensor> &temporary);
  void release(Value value, bool staysRead);
  void materialize(Value value, Constant &constant);

  ModuleOp module;
  EvaluationBudget budget{0};
  llvm::DenseMap<Value, Constant> constants;
  SmallVector<NodeOp> folded;
};

/// The elements of `value`: computed before, read into `temporary`, or null.
const HostTensor *Folder::getTensor(Value value,
                                    std::optional<HostTensor> &temporary) {
  auto known = constants.find(value);
  if (known != constants.end() && known->second.tensor)
    return &*known->second.tensor;
  if (known != constants.end()) {
    // A reordering of at most `kMaxReorderings`.
    auto node = value.getDefiningOp<NodeOp>();
    SmallVector<std::optional<HostTensor>> own(node.getInputs().size());
    SmallVector<const HostTensor *> inputs;
    for (auto [input, tensor] : llvm::zip_equal(node.getInputs(), own)) {
      bool isGiven = !isa<NoneType>(input.getType());
      inputs.push_back(isGiven ? getTensor(input, tensor) : nullptr);
      if (isGiven && !inputs.back())
        return nullptr;
    }
    auto results = evaluateNode(node, inputs, budget);
    if (!results)
      return nullptr;
    temporary = std::move(results->front());
    return &*temporary;
  }
  ElementsAttr elements = getConstantElements(value);
  if (!elements || !budget.take(elements.getShapedType().getShape()))
    return nullptr;
  temporary = HostTensor::read(elements);
  return temporary ? &*temporary : nullptr;
}

/// Remembers the results of a node that was evaluated, or is to be.
void Folder::remember(NodeOp node, std::optional<unsigned> numReorderings,
                      MutableArrayRef<std::optional<HostTensor>> tensors) {
  Constant common;
  common.numReorderings = numReorderings;
  for (Value input : node.getInputs()) {
    auto known = constants.find(input);
    StringRef name;
    int64_t count = 0, numCodes = 0;
    if (known != constants.end()) {
      name = known->second.name;
      count = known->second.numLeafElements;
      numCodes = known->second.numLeafCodes;
      common.operators.insert_range(known->second.operators);
    } else if (auto initializer = input.getDefiningOp<InitializerOp>()) {
      name = initializer.getName();
      auto type = cast<ShapedType>(input.getType());
      count = type.getNumElements();
      numCodes = count * (type.getElementType().isInteger()
                              ? type.getElementTypeBitWidth()
                              : 1);
    }
    common.numLeafCodes = std::max(common.numLeafCodes, numCodes);
    if (count > common.numLeafElements || common.name.empty()) {
      common.name = name;
      common.numLeafElements = count;
    }
  }
  if (!numReorderings && common.operators.size() < kRememberedOperators)
    common.operators.insert(node.getOpTypeAttr());
  for (auto [result, tensor] : llvm::zip_equal(node.getResults(), tensors)) {
    if (result.use_empty())
      continue;
    Constant &constant = constants[result] = common;
    constant.tensor = std::move(tensor);
    constant.pendingUses = std::distance(result.use_begin(), result.use_end());
  }
  folded.push_back(node);
}

/// A large weight that is only reordered stays in the file as it is: who reads
/// weights looks through. It is computed when more than that is done to it.
bool Folder::foldReordering(NodeOp node) {
  Value input = node.getInputs()[0];
  unsigned number = 1;
  auto known = constants.find(input);
  if (known != constants.end()) {
    if (!known->second.numReorderings)
      return false;
    number += *known->second.numReorderings;
  } else if (!input.getDefiningOp<InitializerOp>()) {
    return false;
  }
  auto type = dyn_cast<RankedTensorType>(input.getType());
  int64_t count = known != constants.end() ? known->second.numLeafElements
                  : type                   ? type.getNumElements()
                                           : 0;
  if (number > kMaxReorderings || count <= kSmallElements)
    return false;
  std::optional<HostTensor> none;
  remember(node, number, none);
  return true;
}

/// A tensor without elements of the type that the CastLike `node` asks for.
std::optional<HostTensor> getLikeTensor(NodeOp node) {
  if (!node.isStandard("CastLike") || node.getInputs().size() != 2)
    return std::nullopt;
  auto type = dyn_cast<TensorType>(node.getInputs()[1].getType());
  if (!type || !HostTensor::canHold(type.getElementType()))
    return std::nullopt;
  return HostTensor(type.getElementType(), {0});
}

bool Folder::fold(NodeOp node) {
  // A Constant that holds a tensor is one already.
  if (!canEvaluate(node) || node.getNumResults() == 0 ||
      getConstantElements(node.getResult(0)))
    return false;
  auto isConstant = [&](Value input) {
    return isa<NoneType>(input.getType()) || constants.contains(input) ||
           getConstantElements(input);
  };
  // Of a CastLike's second input nothing counts but the type.
  std::optional<HostTensor> like = getLikeTensor(node);
  if (!llvm::all_of(node.getInputs().drop_back(like ? 1 : 0), isConstant))
    return false;
  if (isReordering(node) && foldReordering(node))
    return true;

  SmallVector<std::optional<HostTensor>> own(node.getInputs().size());
  SmallVector<const HostTensor *> inputs;
  for (auto [input, tensor] : llvm::zip_equal(node.getInputs(), own)) {
    bool isGiven = !isa<NoneType>(input.getType());
    if (like && inputs.size() == 1)
      inputs.push_back(&*like);
    else
      inputs.push_back(isGiven ? getTensor(input, tensor) : nullptr);
    if (isGiven && !inputs.back())
      return false;
  }
  auto results = evaluateNode(node, inputs, budget);
  if (!results)
    return false;
  for (auto [result, tensor] : llvm::zip_equal(node.getResults(), *results)) {
    // What the file states of a type is checked elsewhere, against the node.
    auto stated = dyn_cast<RankedTensorType>(result.getType());
    if (stated && failed(verifyCompatibleShape(stated, tensor.getType())))
      return false;
    Type element = cast<TensorType>(result.getType()).getElementType();
    if (!isa<UnknownType>(element) && element != tensor.getElementType())
      return false;
  }
  SmallVector<std::optional<HostTensor>> tensors;
  for (HostTensor &tensor : *results)
    tensors.emplace_back(std::move(tensor));
  remember(node, std::nullopt, tensors);
  return true;
}

/// Declares `constant` as an initializer in place of `value`.
void Folder::materialize(Value value, Constant &constant) {
  if (!constant.tensor ||
      constant.tensor->size() > std::max(kSmallElements, constant.numLeafCodes))
    return;
  OpBuilder builder(value.getContext());
  builder.setInsertionPointAfter(value.getDefiningOp());
  StringRef name = constant.name;
  if (name.empty()) {
    auto location = value.getLoc()->findInstanceOf<NameLoc>();
    name = location ? location.getName().getValue() : "constant";
  }
  auto initializer = InitializerOp::create(
      builder, value.getLoc(), constant.tensor->getType(),
      builder.getStringAttr(name), constant.tensor->write(name));
  SmallVector<Attribute> operators(constant.operators.begin(),
                                   constant.operators.end());
  initializer->setAttr(kFoldedAttrName, builder.getArrayAttr(operators));
  value.replaceAllUsesWith(initializer.getOutput());
}

/// One use of `value` was visited; its operation goes, or stays and reads it.
void Folder::release(Value value, bool staysRead) {
  auto known = constants.find(value);
  if (known == constants.end())
    return;
  Constant &constant = known->second;
  constant.isNeeded |= staysRead;
  if (--constant.pendingUses > 0)
    return;
  if (constant.isNeeded)
    materialize(value, constant);
  constants.erase(value);
}

void Folder::visit(Operation *op) {
  auto node = dyn_cast<NodeOp>(op);
  bool isFolded = node && fold(node);
  // A copy: an operand that is replaced is another value.
  for (Value operand : SmallVector<Value>(op->getOperands()))
    release(operand, !isFolded);
}

/// Gives the results of `function` the types that it returns: a constant has
/// sizes that the file need not state.
void retypeResults(func::FuncOp function) {
  Builder builder(function.getContext());
  ValueRange returned =
      function.getBody().front().getTerminator()->getOperands();
  function.setType(builder.getFunctionType(function.getArgumentTypes(),
                                           TypeRange(returned)));
  for (auto [i, value] : llvm::enumerate(returned)) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type || !value.getDefiningOp<InitializerOp>() ||
        !function.getResultAttr(i, kDimsAttrName))
      continue;
    SmallVector<Attribute> sizes;
    for (int64_t size : type.getShape())
      sizes.push_back(builder.getStringAttr(Twine(size)));
    function.setResultAttr(i, kDimsAttrName, builder.getArrayAttr(sizes));
  }
}

struct FoldConstants final : impl::FoldConstantsBase<FoldConstants> {
  using Base::Base;

  void runOnOperation() override {
    Folder folder(getOperation());
    folder.run();
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!function.isExternal())
        retypeResults(function);
    numFolded += folder.numFolded;
  }
};

} // namespace
} // namespace ecolm::onnx
