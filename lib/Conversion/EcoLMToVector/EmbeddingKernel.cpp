//===- EmbeddingKernel.cpp - Rows of low-bit tables -----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Lowers embedding: finds the bits of each element in the row-major table and
// gives the number that they stand for.
//
//===----------------------------------------------------------------------===//

#include "KernelBuilder.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

/// Bits of one code in `type`, or nothing if the layout is not row-major or has
/// no kernel.
static std::optional<int64_t> getCodeBits(RankedTensorType type) {
  auto layout = dyn_cast_or_null<PackedAttr>(type.getEncoding());
  if (!layout || layout.getLanes() != 0)
    return std::nullopt;
  switch (layout.getPacking()) {
  case Packing::Codes2:
    return 2;
  case Packing::Nibbles:
    return 4;
  case Packing::Bytes:
  case Packing::Plain:
    return 8;
  default:
    return std::nullopt;
  }
}

/// The code at `place` of `bytes`, its bits at the top of an i32 and down again
/// with their sign.
static Value loadCode(KernelBuilder &b, Value bytes, Value place,
                      int64_t bits) {
  Type i32 = b.getI32Type();
  int64_t perByte = 8 / bits;
  Value at = arith::ShRUIOp::create(b, place, b.index(llvm::Log2_64(perByte)));
  Value byte = memref::LoadOp::create(b, bytes, at);
  byte = arith::ExtUIOp::create(b, i32, byte);
  Value which = arith::AndIOp::create(b, place, b.index(perByte - 1));
  which = arith::IndexCastOp::create(b, i32, which);
  Value down =
      arith::ShLIOp::create(b, which, b.integer(i32, llvm::Log2_64(bits)));
  Value up = arith::SubIOp::create(b, b.integer(i32, 32 - bits), down);
  byte = arith::ShLIOp::create(b, byte, up);
  return arith::ShRSIOp::create(b, byte, b.integer(i32, 32 - bits));
}

/// The number that `code`, of `bits` bits with its sign, stands for.
static Value getNumber(KernelBuilder &b, Type element, Value code,
                       int64_t bits) {
  Type i32 = b.getI32Type(), f32 = b.getF32Type();
  auto pot = dyn_cast<PotType>(element);
  if (!pot) {
    // Two bits of a ternary weight are w + 1.
    if (isa<TernaryType>(element) && bits == 2) {
      code = arith::AndIOp::create(b, code, b.integer(i32, 3));
      code = arith::SubIOp::create(b, code, b.integer(i32, 1));
    }
    return arith::SIToFPOp::create(b, f32, code);
  }
  // A nibble is a sign above a magnitude, from 1 where there is no zero; a byte
  // is their product.
  Value sign = arith::ShRSIOp::create(b, code, b.integer(i32, 31));
  Value magnitude = arith::XOrIOp::create(b, code, sign);
  magnitude = arith::SubIOp::create(b, magnitude, sign);
  if (bits == 4) {
    magnitude = arith::AndIOp::create(b, code, b.integer(i32, 7));
    magnitude = b.add(magnitude, b.integer(i32, pot.getZero() ? 0 : 1));
  }
  Value field = b.add(magnitude, b.integer(i32, pot.getMin() - 1 + 127));
  field = arith::ShLIOp::create(b, field, b.integer(i32, 23));
  Value power = arith::BitcastOp::create(b, f32, field);
  Value negated = arith::NegFOp::create(b, power);
  Value zero = b.integer(i32, 0);
  Value isNegative =
      arith::CmpIOp::create(b, arith::CmpIPredicate::ne, sign, zero);
  power = arith::SelectOp::create(b, isNegative, negated, power);
  Value isZero =
      arith::CmpIOp::create(b, arith::CmpIPredicate::eq, magnitude, zero);
  return arith::SelectOp::create(b, isZero, b.constant(f32, 0), power);
}

namespace {

struct EmbeddingLowering : OpConversionPattern<EmbeddingOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(EmbeddingOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType table = op.getWeights().getType(), type = op.getType();
    std::optional<int64_t> bits = getCodeBits(table);
    if (!bits)
      return op.emitOpError("expects a table packed in row-major order");
    KernelBuilder b(op.getLoc(), rewriter);
    int64_t rank = type.getRank(), columns = table.getDimSize(1);
    SmallVector<OpFoldResult> sizes =
        tensor::getMixedSizes(b, b.getLoc(), adaptor.getIds());
    sizes.push_back(b.getIndexAttr(columns));
    Value init = tensor::EmptyOp::create(b, sizes, type.getElementType());
    AffineMap identity = b.getMultiDimIdentityMap(rank);
    SmallVector<utils::IteratorType> parallel(rank,
                                              utils::IteratorType::parallel);
    Value result =
        linalg::GenericOp::create(
            b, type, adaptor.getIds(), init,
            ArrayRef<AffineMap>{identity.getMajorSubMap(rank - 1), identity},
            parallel,
            [&](OpBuilder &nested, Location loc, ValueRange values) {
              KernelBuilder k(loc, nested);
              Value column = linalg::IndexOp::create(k, rank - 1);
              Value number =
                  readNumber(k, op, adaptor, values[0], column, *bits);
              linalg::YieldOp::create(k, number);
            })
            .getResult(0);
    rewriter.replaceOp(op, result);
    return success();
  }

private:
  static Value readNumber(KernelBuilder &k, EmbeddingOp op, OpAdaptor adaptor,
                          Value row, Value column, int64_t bits) {
    RankedTensorType table = op.getWeights().getType();
    Type f32 = k.getF32Type();
    Value place = arith::MulIOp::create(k, row, k.index(table.getDimSize(1)));
    place = k.add(place, column);
    Value code = loadCode(k, adaptor.getWeights(), place, bits);
    Value group = arith::DivUIOp::create(k, column, k.index(op.getGroup()));
    auto parameter = [&](Value matrix) -> Value {
      Value value =
          tensor::ExtractOp::create(k, matrix, ValueRange{row, group});
      return value.getType() == f32
                 ? value
                 : Value(arith::ExtFOp::create(k, f32, value));
    };
    Value number = getNumber(k, table.getElementType(), code, bits);
    number = arith::MulFOp::create(k, number, parameter(adaptor.getScales()));
    if (adaptor.getOffsets())
      number = k.add(number, parameter(adaptor.getOffsets()));
    return number;
  }
};

} // namespace

void ecolm::populateEmbeddingKernel(const TypeConverter &converter,
                                    RewritePatternSet &patterns) {
  patterns.add<EmbeddingLowering>(converter, patterns.getContext());
}
