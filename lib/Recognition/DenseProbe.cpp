//===- DenseProbe.cpp - Weights without a format --------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Tells weights that have no number format from their first elements.
//
//===----------------------------------------------------------------------===//

#include "DenseProbe.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include <cmath>
#include <set>

using namespace mlir;
using namespace ecolm;

bool ecolm::isPlainlyDense(Value weight, bool isOutputsFirst) {
  constexpr int64_t kLarge = int64_t(1) << 20, kProbe = 64;
  auto elements = onnx::getConstantElements(weight);
  std::optional<onnx::ElementsReader> reader =
      onnx::ElementsReader::get(elements);
  if (!reader || reader->size() < kLarge)
    return false;
  ArrayRef<int64_t> shape = elements.getShapedType().getShape();
  int64_t stride = isOutputsFirst ? 1 : shape[1];
  int64_t count = std::min(kProbe, shape[isOutputsFirst ? 1 : 0]);
  std::set<double> magnitudes;
  for (int64_t i = 0; i < count; ++i)
    magnitudes.insert(std::fabs(reader->getDouble(i * stride)));
  return static_cast<int64_t>(magnitudes.size()) > kProbe * 3 / 4;
}
