//===- Tensor.cpp - Tensors that own their memory -------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The table of element types and the checked arithmetic on shapes.
//
//===----------------------------------------------------------------------===//

#include "Tensor.h"

#include <stdlib.h>
#include <string.h>

namespace ecolm {
namespace runtime {

// Little-endian only. One-byte types have no byte order, which numpy spells |.
static constexpr ElementType elementTypes[] = {
    {ECOLM_F32, "float32", "<f4", 4}, {ECOLM_U8, "uint8", "|u1", 1},
    {ECOLM_I8, "int8", "|i1", 1},     {ECOLM_I16, "int16", "<i2", 2},
    {ECOLM_I32, "int32", "<i4", 4},   {ECOLM_I64, "int64", "<i8", 8},
    {ECOLM_BOOL, "bool", "|b1", 1},   {ECOLM_F64, "float64", "<f8", 8},
    {ECOLM_U16, "uint16", "<u2", 2},  {ECOLM_U32, "uint32", "<u4", 4},
    {ECOLM_U64, "uint64", "<u8", 8},  {ECOLM_F16, "float16", "<f2", 2},
};

const ElementType *findElementType(int32_t dtype) {
  for (const ElementType &type : elementTypes)
    if (type.dtype == dtype)
      return &type;
  return nullptr;
}

const ElementType *findElementTypeByDescr(const char *descr, size_t length) {
  if (length != 3)
    return nullptr;
  for (const ElementType &type : elementTypes)
    if (memcmp(type.descr + 1, descr + 1, 2) == 0 &&
        (descr[0] == type.descr[0] || (type.size == 1 && descr[0] == '<')))
      return &type;
  return nullptr;
}

void appendShape(Text &text, const int64_t *dims, int32_t rank) {
  text.append("(");
  for (int32_t i = 0; i < rank; ++i) {
    if (i != 0)
      text.append(", ");
    if (dims[i] < 0)
      text.append("?");
    else
      text.format("%lld", static_cast<long long>(dims[i]));
  }
  text.append(rank == 1 ? ",)" : ")");
}

bool tensorBytes(int32_t dtype, const int64_t *dims, int32_t rank,
                 uint64_t *bytes) {
  const ElementType *type = findElementType(dtype);
  if (!type || rank < 0 || rank > ECOLM_MAX_RANK)
    return false;
  // A zero anywhere makes the tensor empty, but must not hide an overflow of
  // the others: model code multiplies them in its own order.
  int64_t product = type->size;
  bool empty = false;
  for (int32_t i = 0; i < rank; ++i) {
    if (dims[i] < 0)
      return false;
    if (dims[i] == 0)
      empty = true;
    else if (__builtin_mul_overflow(product, dims[i], &product))
      return false;
  }
  *bytes = empty ? 0 : static_cast<uint64_t>(product);
  return true;
}

void *allocateAligned(uint64_t bytes) {
  uint64_t rounded = (bytes + 63) & ~static_cast<uint64_t>(63);
  if (rounded < bytes)
    return nullptr;
  return aligned_alloc(64, rounded ? rounded : 64);
}

Tensor::~Tensor() { free(tensor.data); }

Status Tensor::allocate(int32_t dtype, const int64_t *dims, int32_t rank,
                        const char *what) {
  uint64_t bytes = 0;
  if (!tensorBytes(dtype, dims, rank, &bytes))
    return Status::failure(ExitCode::BadInput,
                           "the size of %s overflows 64 bits", what);
  ecolm_tensor fresh = {dtype, rank, {}, allocateAligned(bytes)};
  if (!fresh.data)
    return Status::failure(ExitCode::ModelFailure,
                           "not enough memory: %s needs %llu bytes", what,
                           static_cast<unsigned long long>(bytes));
  for (int32_t i = 0; i < rank; ++i)
    fresh.dims[i] = dims[i];
  adopt(fresh);
  return Status();
}

void Tensor::adopt(const ecolm_tensor &other) {
  free(tensor.data);
  tensor = other;
}

uint64_t Tensor::bytes() const {
  uint64_t bytes = 0;
  return tensorBytes(tensor.dtype, tensor.dims, tensor.rank, &bytes) ? bytes
                                                                     : 0;
}

} // namespace runtime
} // namespace ecolm
