//===- CalibrationInputs.cpp - Inputs of products that were seen ----------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads inputs with the reader that programs have for their tensors.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/CalibrationInputs.h"
#include "NpzArchive.h"
#include <cmath>

using namespace ecolm;
using llvm::ArrayRef;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;

template <typename... Ts>
static Error makeError(const char *format, const Ts &...values) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), format,
                                 values...);
}

static Expected<InputRows> toRows(const ecolm_tensor &tensor, StringRef path,
                                  StringRef name) {
  std::string place = (path + ": array '" + name + "'").str();
  if (tensor.dtype != ECOLM_F32 || tensor.rank != 2 || tensor.dims[0] < 1 ||
      tensor.dims[1] < 1)
    return makeError(
        "%s: expected float32 [rows, inputs] with at least one row "
        "and one input",
        place.c_str());
  InputRows rows;
  rows.columns = tensor.dims[1];
  auto *data = static_cast<const float *>(tensor.data);
  rows.values.assign(data, data + tensor.dims[0] * tensor.dims[1]);
  for (float value : rows.values)
    if (!std::isfinite(value))
      return makeError("%s holds a number that is not finite", place.c_str());
  return rows;
}

Expected<CalibrationInputs> CalibrationInputs::read(StringRef path) {
  runtime::NpzReader reader;
  if (runtime::Status status = reader.open(path.str().c_str()); status.failed())
    return makeError("%s", status.message());
  CalibrationInputs inputs;
  for (size_t i = 0; i < reader.size(); ++i) {
    size_t length = 0;
    const char *text = reader.name(i, &length);
    StringRef name(text, length);
    runtime::Tensor tensor;
    if (runtime::Status status = reader.read(i, tensor); status.failed())
      return makeError("%s", status.message());
    Expected<InputRows> rows = toRows(tensor.get(), path, name);
    if (!rows)
      return rows.takeError();
    inputs.rows[name] = std::move(*rows);
  }
  return inputs;
}

InputMoments::InputMoments(const InputRows &inputs, int64_t first,
                           int64_t count)
    : importance(count) {
  int64_t numRows = inputs.values.size() / inputs.columns;
  bool isSmall = count <= kLargestGram;
  gram.assign(isSmall ? count * count : 0, 0);
  for (int64_t row = 0; row < numRows; ++row) {
    const float *x = &inputs.values[row * inputs.columns + first];
    for (int64_t i = 0; i < count; ++i) {
      double xi = x[i] / static_cast<double>(numRows);
      importance[i] += xi * x[i];
      for (int64_t j = 0; isSmall && j < count; ++j)
        gram[i * count + j] += xi * x[j];
    }
  }
}

std::vector<double> InputMoments::multiply(ArrayRef<double> a) const {
  int64_t count = importance.size();
  std::vector<double> result(count);
  for (int64_t i = 0; i < count; ++i) {
    if (gram.empty()) {
      result[i] = importance[i] * a[i];
      continue;
    }
    for (int64_t j = 0; j < count; ++j)
      result[j] += a[i] * gram[i * count + j];
  }
  return result;
}

double InputMoments::getProduct(ArrayRef<float> a, ArrayRef<float> b) const {
  std::vector<double> product =
      multiply(std::vector<double>(b.begin(), b.end()));
  double sum = 0;
  for (auto [x, y] : llvm::zip_equal(a, product))
    sum += x * y;
  return sum;
}
