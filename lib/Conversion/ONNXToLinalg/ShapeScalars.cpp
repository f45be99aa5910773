//===- ShapeScalars.cpp - Shapes as scalars -------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Takes short lists of integers apart, so that sizes fold and reach the
// operations that need them.
//
//===----------------------------------------------------------------------===//

#include "TensorBuilders.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

bool ecolm::isShapeLike(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getRank() <= 1 && tensor.hasStaticShape() &&
         tensor.getNumElements() <= 16 &&
         tensor.getElementType().isSignlessInteger();
}

SmallVector<Value> ecolm::getScalars(GraphRewriter &rewriter, Location loc,
                                     Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<Value> scalars;
  if (std::optional<onnx::ElementsReader> reader =
          onnx::ElementsReader::get(getConstant(tensor))) {
    for (int64_t i = 0; i < reader->size(); ++i)
      scalars.push_back(arith::ConstantOp::create(
          rewriter, loc,
          rewriter.getIntegerAttr(type.getElementType(),
                                  reader->getInteger(i))));
    return scalars;
  }
  for (int64_t i = 0; i < type.getNumElements(); ++i) {
    SmallVector<Value> indices;
    if (type.getRank() == 1)
      indices.push_back(arith::ConstantIndexOp::create(rewriter, loc, i));
    scalars.push_back(
        tensor::ExtractOp::create(rewriter, loc, tensor, indices));
  }
  return scalars;
}

Value ecolm::createFromScalars(GraphRewriter &rewriter, Location loc,
                               RankedTensorType type, ValueRange scalars) {
  return tensor::FromElementsOp::create(rewriter, loc, type, scalars);
}
