//===- QuantizedProduct.cpp - Products with quantized matrices ------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes a product as
//
//   [rotate the input]  ->  one product for each term, added  ->  [scale]
//
// where scales of groups are operands of the products, and those of rows come
// after the sum.
//
//===----------------------------------------------------------------------===//

#include "QuantizedProduct.h"
#include "ScaledProduct.h"
#include "ecolm/Analysis/WeightBytes.h"
#include "ecolm/Support/IntegerPacking.h"
#include "ecolm/Support/PotPacking.h"
#include "ecolm/Support/TernaryPacking.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;
using Method = QuantizationRecipe::Method;

int32_t ecolm::getStoredBits(const QuantizationRecipe &recipe) {
  switch (recipe.method) {
  case Method::Ternary:
    return 2;
  case Method::Integer:
    return recipe.bits;
  case Method::Pot:
    return fitsNibble(recipe.getNumExponents(), recipe.hasZero) ? 4 : 8;
  }
  llvm_unreachable("covered switch");
}

static Type getCodeType(MLIRContext *context,
                        const QuantizationRecipe &recipe) {
  switch (recipe.method) {
  case Method::Ternary:
    return TernaryType::get(context);
  case Method::Integer:
    return IntegerType::get(context, recipe.bits);
  case Method::Pot:
    return PotType::get(context, 1 - recipe.getNumExponents(), 0,
                        recipe.hasZero, /*terms=*/1);
  }
  llvm_unreachable("covered switch");
}

QuantizedProductBuilder::QuantizedProductBuilder(
    ModuleOp module, const QuantizationRecipe &recipe)
    : module(module), symbols(module), recipe(recipe),
      element(getCodeType(module.getContext(), recipe)) {}

//===----------------------------------------------------------------------===//
// Declarations
//===----------------------------------------------------------------------===//

FlatSymbolRefAttr
QuantizedProductBuilder::declareWeight(StringRef name, RankedTensorType type,
                                       ArrayRef<char> bytes,
                                       std::optional<Packing> packing) {
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  auto source = type;
  if (packing == Packing::Bytes)
    source = type.clone(builder.getI8Type());
  else if (packing)
    source = RankedTensorType::get(
        bytes.size(), builder.getIntegerType(8, /*isSigned=*/false));
  PackingAttr packingAttr =
      packing ? PackingAttr::get(builder.getContext(), *packing)
              : PackingAttr();
  auto weight = WeightOp::create(
      builder, module.getLoc(), builder.getStringAttr(name),
      TypeAttr::get(type), makeSource(source, name, bytes), packingAttr,
      /*transposed=*/UnitAttr());
  return FlatSymbolRefAttr::get(symbols.insert(weight));
}

FlatSymbolRefAttr
QuantizedProductBuilder::declareFloats(StringRef name, ArrayRef<int64_t> shape,
                                       ArrayRef<float> values, bool isHalf) {
  MLIRContext *context = module.getContext();
  if (isHalf) {
    // The lower half of each float is 0.
    SmallVector<char, 0> halves;
    for (float value : values) {
      uint32_t bits = llvm::bit_cast<uint32_t>(value);
      halves.push_back(static_cast<char>(bits >> 16));
      halves.push_back(static_cast<char>(bits >> 24));
    }
    auto type = RankedTensorType::get(shape, BFloat16Type::get(context));
    return declareWeight(name, type, halves, std::nullopt);
  }
  ArrayRef<char> bytes(reinterpret_cast<const char *>(values.data()),
                       values.size() * sizeof(float));
  auto type = RankedTensorType::get(shape, Float32Type::get(context));
  return declareWeight(name, type, bytes, std::nullopt);
}

FlatSymbolRefAttr
QuantizedProductBuilder::declareCodes(StringRef name, ArrayRef<int8_t> values) {
  SmallVector<char, 0> bytes;
  std::optional<Packing> packing;
  int32_t bits = getStoredBits(recipe);
  if (recipe.method == Method::Ternary) {
    packing = Packing::Codes2;
    packCodes2(values, bytes);
  } else if (recipe.method == Method::Pot) {
    packing = bits == 4 ? Packing::Nibbles : Packing::Bytes;
    if (bits == 4)
      packNibbles(values, recipe.hasZero, bytes);
    else
      bytes.assign(values.begin(), values.end());
  } else if (bits == 8) {
    bytes.assign(values.begin(), values.end());
  } else {
    packing = bits == 4 ? Packing::Nibbles : Packing::Codes2;
    packIntegers(values, bits, bytes);
  }
  return declareWeight(name, RankedTensorType::get({rows, columns}, element),
                       bytes, packing);
}

/// The Hadamard matrix of n, a power of two, is the product of log2 n factors
/// (n/2s, 2, 2, s) of [[1, 1], [1, -1]], s = 1, 2, 4 ...
void QuantizedProductBuilder::declareHadamard() {
  auto [it, isNew] = hadamard.try_emplace(columns);
  for (int64_t stride = 1; isNew && columns % (2 * stride) == 0; stride *= 2) {
    SmallVector<int64_t> shape = {columns / (2 * stride), 2, 2, stride};
    auto type =
        RankedTensorType::get(shape, TernaryType::get(module.getContext()));
    SmallVector<char, 0> values(type.getNumElements(), 1);
    // The last of the four runs of `stride` values of each block is -1.
    for (int64_t i = 0, e = values.size(); i < e; ++i)
      if (i / stride % 4 == 3)
        values[i] = -1;
    std::string name =
        "hadamard_" + std::to_string(columns) + "_" + std::to_string(stride);
    it->second.push_back(declareWeight(name, type, values, Packing::Bytes));
  }
  rotation = it->second;
}

void QuantizedProductBuilder::declareRotation(const GivensButterfly &learned) {
  for (int64_t stage = 0; stage < learned.getNumStages(); ++stage) {
    int64_t stride = int64_t(1) << stage;
    rotation.push_back(
        declareFloats(name + ".rotation_" + std::to_string(stage),
                      {columns / (2 * stride), 2, 2, stride},
                      learned.getFactor(stage), /*isHalf=*/false));
  }
}

void QuantizedProductBuilder::declare(
    WeightOp weight, const QuantizedValues &values,
    const std::optional<GivensButterfly> &learned) {
  auto type = cast<RankedTensorType>(weight.getType());
  rows = type.getDimSize(0);
  columns = type.getDimSize(1);
  // Scales of rows, or one for everything, come after the sum.
  bool isAfter = !hasGroupScales(values, columns);
  group = isAfter ? 0 : values.group;
  name = weight.getSymName().str();
  rotation.clear();
  if (learned)
    declareRotation(*learned);
  else if (recipe.rotation == QuantizationRecipe::Rotation::Hadamard)
    declareHadamard();
  codes.clear();
  for (ArrayRef<int8_t> term : values.codes)
    codes.push_back(declareCodes(name + ".codes", term));

  int64_t groups = llvm::divideCeil(columns, values.group);
  SmallVector<int64_t> shape = {rows, groups};
  bool isHalf = recipe.hasHalfScales && !isAfter;
  std::vector<float> scaleValues = values.scales, offsetValues = values.offsets;
  if (isAfter) {
    shape = {static_cast<int64_t>(scaleValues.size())};
  } else {
    scaleValues.resize(shape[0] * shape[1], scaleValues.back());
    if (!offsetValues.empty())
      offsetValues.resize(shape[0] * shape[1], offsetValues.back());
  }
  rowScales = scaleValues;
  rowScales.resize(isAfter ? rows : 0, scaleValues.back());
  scales = declareFloats(name + ".scales", shape, scaleValues, isHalf);
  offsets = values.offsets.empty()
                ? FlatSymbolRefAttr()
                : declareFloats(name + ".offsets", shape, offsetValues, isHalf);
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

Value QuantizedProductBuilder::read(OpBuilder &builder, Location loc,
                                    FlatSymbolRefAttr symbol) {
  auto weight = symbols.lookup<WeightOp>(symbol.getValue());
  return GetWeightOp::create(builder, loc, weight.getType(), symbol);
}

/// `product[.., n] * scales[n]`, or times the only scale.
Value QuantizedProductBuilder::scale(OpBuilder &builder, Location loc,
                                     Value product) {
  int64_t rank = cast<RankedTensorType>(product.getType()).getRank();
  Value factors = read(builder, loc, scales);
  AffineExpr place = builder.getAffineDimExpr(rank - 1);
  if (cast<RankedTensorType>(factors.getType()).getDimSize(0) == 1)
    place = builder.getAffineConstantExpr(0);
  return createScaledProduct(builder, loc, product, factors,
                             AffineMap::get(rank, 0, place));
}

void QuantizedProductBuilder::replace(MatmulOp product) {
  OpBuilder builder(product);
  Location loc = product.getLoc();
  Value x = product.getInput();
  for (FlatSymbolRefAttr factor : rotation)
    x = ButterflyFactorOp::create(builder, loc, x.getType(), x,
                                  read(builder, loc, factor));
  Value sum;
  for (auto [i, symbol] : llvm::enumerate(codes)) {
    Value w = read(builder, loc, symbol);
    Value term;
    if (group)
      term = GroupMatmulOp::create(
          builder, loc, product.getType(), x, w, read(builder, loc, scales),
          offsets && i == 0 ? read(builder, loc, offsets) : Value(), group);
    else
      term = MatmulOp::create(builder, loc, product.getType(), x, w);
    sum = sum ? arith::AddFOp::create(builder, loc, sum, term) : term;
  }
  product.replaceAllUsesWith(group ? sum : scale(builder, loc, sum));
  product.erase();
}

void QuantizedProductBuilder::replace(linalg::GenericOp gather) {
  OpBuilder builder(gather);
  Location loc = gather.getLoc();
  FlatSymbolRefAttr groupScales = scales;
  if (!group)
    groupScales = declareFloats(name + ".row_scales", {rows, 1}, rowScales,
                                /*isHalf=*/false);
  Value sum;
  for (auto [i, symbol] : llvm::enumerate(codes)) {
    Value term = EmbeddingOp::create(
        builder, loc, gather.getResult(0).getType(), gather.getInputs()[0],
        read(builder, loc, symbol), read(builder, loc, groupScales),
        offsets && i == 0 ? read(builder, loc, offsets) : Value(),
        group ? group : columns);
    sum = sum ? arith::AddFOp::create(builder, loc, sum, term) : term;
  }
  gather.getResult(0).replaceAllUsesWith(sum);
  gather.erase();
}
