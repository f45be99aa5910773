//===- PlanWorkspace.cpp - Places of buffers ------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Gives the buffers of the entry function places in one workspace, or frees
// them.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/CPU/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Interfaces/DataLayoutInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/Support/MathExtras.h"

namespace ecolm {
#define GEN_PASS_DEF_PLANWORKSPACE
#include "ecolm/Target/CPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

static constexpr int64_t kBufferAlignment = 64;

namespace {

/// A buffer, its size, and the operations of the entry block between which it
/// is alive.
struct Buffer {
  memref::AllocOp alloc;
  int64_t bytes;
  unsigned first = std::numeric_limits<unsigned>::max(), last = 0;
  int64_t offset = 0;

  bool overlaps(const Buffer &other) const {
    return first <= other.last && other.first <= last;
  }
};

} // namespace

/// Where the captures of a loop lie that `store` writes to.
static Value getStorage(LLVM::StoreOp store) {
  Value address = store.getAddr();
  if (auto element = address.getDefiningOp<LLVM::GEPOp>())
    address = element.getBase();
  return address;
}

/// Extends the life of `buffer` to what touches `value`: the buffer, a view of
/// it, or the captures of a parallel loop, which live until the loop is called.
/// Where the allocation stands says nothing: all may stand at the entry.
static void includeUses(Buffer &buffer, Value value, Block &block,
                        const DenseMap<Operation *, unsigned> &order) {
  for (Operation *user : value.getUsers()) {
    if (!isa<ViewLikeOpInterface>(user)) {
      unsigned at = order.lookup(block.findAncestorOpInBlock(*user));
      buffer.first = std::min(buffer.first, at);
      buffer.last = std::max(buffer.last, at);
    }
    if (auto store = dyn_cast<LLVM::StoreOp>(user);
        store && store.getValue() == value)
      includeUses(buffer, getStorage(store), block, order);
    for (Value result : user->getResults())
      if (isa<MemRefType>(result.getType()) ||
          isa<UnrealizedConversionCastOp>(user))
        includeUses(buffer, result, block, order);
  }
}

static int64_t getBytes(memref::AllocOp alloc, int64_t maxChunk) {
  MemRefType type = alloc.getType();
  int64_t bytes = DataLayout::closest(alloc).getTypeSize(type.getElementType());
  for (int64_t size : type.getShape())
    bytes *= ShapedType::isDynamic(size) ? maxChunk : size;
  return bytes;
}

/// Assigns offsets, lowest first fit, to buffers in the order of their birth.
static int64_t assignOffsets(MutableArrayRef<Buffer> buffers) {
  llvm::stable_sort(buffers, [](const Buffer &a, const Buffer &b) {
    return a.first < b.first;
  });
  int64_t total = 0;
  for (auto [i, buffer] : llvm::enumerate(buffers)) {
    SmallVector<const Buffer *> alive;
    for (const Buffer &other : buffers.take_front(i))
      if (buffer.overlaps(other))
        alive.push_back(&other);
    llvm::sort(alive, [](const Buffer *a, const Buffer *b) {
      return a->offset < b->offset;
    });
    for (const Buffer *other : alive) {
      if (buffer.offset + buffer.bytes <= other->offset)
        break;
      buffer.offset = std::max(
          buffer.offset, int64_t(llvm::alignTo(other->offset + other->bytes,
                                               kBufferAlignment)));
    }
    total = std::max(total, buffer.offset + buffer.bytes);
  }
  return llvm::alignTo(total, kBufferAlignment);
}

/// Takes the workspace, and gives buffers their places there unless they are
/// to stay `separate`.
static void planInto(func::FuncOp function, int64_t maxChunk, bool separate) {
  Block &block = function.getBody().front();
  DenseMap<Operation *, unsigned> order;
  for (auto [i, op] : llvm::enumerate(block))
    order[&op] = i;
  SmallVector<Buffer> buffers;
  if (!separate)
    for (auto alloc : block.getOps<memref::AllocOp>()) {
      Buffer buffer{alloc, getBytes(alloc, maxChunk)};
      includeUses(buffer, alloc.getResult(), block, order);
      buffers.push_back(buffer);
    }
  int64_t total = assignOffsets(buffers);

  Builder builder(function.getContext());
  auto type = MemRefType::get({ShapedType::kDynamic}, builder.getI8Type());
  BlockArgument workspace = block.addArgument(type, function.getLoc());
  for (Buffer &buffer : buffers) {
    ImplicitLocOpBuilder b(buffer.alloc.getLoc(), buffer.alloc);
    Value offset = arith::ConstantIndexOp::create(b, buffer.offset);
    Value view = memref::ViewOp::create(b, buffer.alloc.getType(), workspace,
                                        offset, buffer.alloc.getDynamicSizes());
    buffer.alloc.replaceAllUsesWith(view);
    buffer.alloc.erase();
  }
  function.setType(FunctionType::get(function.getContext(),
                                     block.getArgumentTypes(),
                                     function.getResultTypes()));
  if (ArrayAttr attrs = function.getAllArgAttrs()) {
    SmallVector<Attribute> all(attrs.getValue());
    all.resize(block.getNumArguments(), builder.getDictionaryAttr({}));
    function.setAllArgAttrs(all);
  }
  function->setAttr("ecolm.workspace_bytes", builder.getI64IntegerAttr(total));
  function->setAttr("ecolm.max_chunk", builder.getI64IntegerAttr(maxChunk));
}

/// Whether `value`, or what is another name for it, leaves its block.
static bool isReturned(Value value) {
  return llvm::any_of(value.getUsers(), [](Operation *user) {
    return user->hasTrait<OpTrait::IsTerminator>() ||
           (!isa<CallOpInterface>(user) &&
            llvm::any_of(user->getResults(), [](Value result) {
              return isa<MemRefType>(result.getType()) && isReturned(result);
            }));
  });
}

/// Frees what a block of `function` allocates, and returns to nobody, at its
/// end.
static void freeAtEnd(func::FuncOp function) {
  function.walk([](memref::AllocOp alloc) {
    OpBuilder b(alloc->getBlock()->getTerminator());
    if (!isReturned(alloc.getResult()))
      memref::DeallocOp::create(b, alloc.getLoc(), alloc);
  });
}

namespace {
struct PlanWorkspacePass final
    : ecolm::impl::PlanWorkspaceBase<PlanWorkspacePass> {
  using Base::Base;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (function.isExternal())
        continue;
      if (function->hasAttr("ecolm.language_model"))
        planInto(function, maxChunk, separate);
      freeAtEnd(function);
    }
  }
};
} // namespace
