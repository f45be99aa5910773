//===- PlanWorkspace.cpp - Places of buffers ------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Gives the buffers of a function places: those of a language model's entry in
// one workspace of the caller, others in allocations that they share.
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

/// A buffer, and the operations of the entry block between which it is alive.
/// Its size and its offset are in bytes for each element of the dimensions that
/// are not known.
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

/// What `user` makes of a buffer that it uses: views, and what its region gives
/// away.
static ValueRange getNames(Operation *user) {
  bool gives = user->hasTrait<OpTrait::IsTerminator>();
  return (gives ? user->getParentOp() : user)->getResults();
}

/// Extends the life of `buffer` to what touches `value`: the buffer, a view of
/// it, what a region gives away of it, or the captures of a parallel loop,
/// which live until the loop is called. Where the allocation stands says
/// nothing: all may stand at the entry.
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
    for (Value name : getNames(user))
      if (isa<MemRefType>(name.getType()) ||
          isa<UnrealizedConversionCastOp>(user))
        includeUses(buffer, name, block, order);
  }
}

/// The bytes of a buffer with `unknown` for every dimension that is not known.
static int64_t getBytes(memref::AllocOp alloc, int64_t unknown) {
  MemRefType type = alloc.getType();
  int64_t bytes = DataLayout::closest(alloc).getTypeSize(type.getElementType());
  for (int64_t size : type.getShape())
    bytes *= ShapedType::isDynamic(size) ? unknown : size;
  return bytes;
}

/// Whether `value`, or what is another name for it, leaves `block`.
static bool leaves(Value value, Block *block) {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    if (user->hasTrait<OpTrait::IsTerminator>() && user->getBlock() == block)
      return true;
    return !isa<CallOpInterface>(user) &&
           llvm::any_of(getNames(user), [&](Value name) {
             return isa<MemRefType>(name.getType()) && leaves(name, block);
           });
  });
}

/// The operations of `block`, numbered.
static DenseMap<Operation *, unsigned> numberOperations(Block &block) {
  DenseMap<Operation *, unsigned> order;
  for (auto [i, op] : llvm::enumerate(block))
    order[&op] = i;
  return order;
}

/// Moves every allocation to its first use: memory is not taken before it is
/// needed, and no address is kept in a register meanwhile.
static void sinkAllocations(Block &block) {
  DenseMap<Operation *, unsigned> order = numberOperations(block);
  for (auto alloc : llvm::to_vector(block.getOps<memref::AllocOp>())) {
    Operation *first = nullptr;
    for (Operation *user : alloc->getUsers()) {
      Operation *place = block.findAncestorOpInBlock(*user);
      if (!first || order.lookup(place) < order.lookup(first))
        first = place;
    }
    if (first)
      alloc->moveBefore(first);
  }
}

/// The buffers of the entry block of `function` that it keeps to itself.
static SmallVector<Buffer> collectBuffers(func::FuncOp function,
                                          int64_t unknown) {
  Block &block = function.getBody().front();
  DenseMap<Operation *, unsigned> order = numberOperations(block);
  SmallVector<Buffer> buffers;
  for (auto alloc : block.getOps<memref::AllocOp>()) {
    if (leaves(alloc.getResult(), &block))
      continue;
    Buffer buffer{alloc, getBytes(alloc, unknown)};
    includeUses(buffer, alloc.getResult(), block, order);
    buffers.push_back(buffer);
  }
  return buffers;
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

/// Makes `buffer` a view of `memory` from its offset times `unit` on.
static void replaceByView(Buffer &buffer, Value memory, Value unit = {}) {
  ImplicitLocOpBuilder b(buffer.alloc.getLoc(), buffer.alloc);
  Value offset = arith::ConstantIndexOp::create(b, buffer.offset);
  if (unit)
    offset = arith::MulIOp::create(b, offset, unit);
  Value view = memref::ViewOp::create(b, buffer.alloc.getType(), memory, offset,
                                      buffer.alloc.getDynamicSizes());
  buffer.alloc.replaceAllUsesWith(view);
  buffer.alloc.erase();
}

/// Takes the workspace, and gives buffers their places there unless they are
/// to stay `separate`.
static void planInto(func::FuncOp function, int64_t maxChunk, bool separate) {
  SmallVector<Buffer> buffers;
  if (!separate)
    buffers = collectBuffers(function, maxChunk);
  int64_t total = assignOffsets(buffers);

  Builder builder(function.getContext());
  Block &block = function.getBody().front();
  auto type = MemRefType::get({ShapedType::kDynamic}, builder.getI8Type());
  BlockArgument workspace = block.addArgument(type, function.getLoc());
  for (Buffer &buffer : buffers)
    replaceByView(buffer, workspace);
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

/// Gives `buffers`, whose unknown dimensions are `sizes`, one allocation where
/// the first of them is allocated. Its type has those dimensions, for its bytes
/// to be checked.
static void allocateTogether(MutableArrayRef<Buffer> buffers,
                             ArrayRef<Value> sizes) {
  auto *first =
      llvm::min_element(buffers, [](const Buffer &a, const Buffer &b) {
        return a.alloc->isBeforeInBlock(b.alloc);
      });
  ImplicitLocOpBuilder b(first->alloc.getLoc(), first->alloc);
  SmallVector<int64_t> shape(sizes.size() + 1, ShapedType::kDynamic);
  shape.front() = assignOffsets(buffers);
  Value memory =
      memref::AllocOp::create(b, MemRefType::get(shape, b.getI8Type()), sizes,
                              b.getI64IntegerAttr(kBufferAlignment));
  Value unit;
  for (Value size : sizes)
    unit = unit ? Value(arith::MulIOp::create(b, unit, size)) : size;
  if (unit) {
    Value bytes = arith::MulIOp::create(
        b, unit, arith::ConstantIndexOp::create(b, shape.front()));
    OpFoldResult none = b.getIndexAttr(0), one = b.getIndexAttr(1);
    memory = memref::ReinterpretCastOp::create(
        b, MemRefType::get({ShapedType::kDynamic}, b.getI8Type()), memory, none,
        ArrayRef<OpFoldResult>(bytes), one);
  }
  for (Buffer &buffer : buffers)
    replaceByView(buffer, memory, unit);
}

/// Lets the buffers of `function` that are not alive together share bytes:
/// those of known sizes, and those whose unknown sizes are the same.
static void planWithin(func::FuncOp function) {
  sinkAllocations(function.getBody().front());
  DenseMap<Value, unsigned> numbers;
  llvm::MapVector<SmallVector<unsigned>, SmallVector<Buffer>> arenas;
  for (Buffer &buffer : collectBuffers(function, /*unknown=*/1)) {
    SmallVector<unsigned> sizes;
    for (Value size : buffer.alloc.getDynamicSizes())
      sizes.push_back(numbers.try_emplace(size, numbers.size()).first->second);
    llvm::sort(sizes);
    arenas[sizes].push_back(buffer);
  }
  for (auto &[sizes, buffers] : arenas)
    if (buffers.size() > 1)
      allocateTogether(buffers, llvm::to_vector_of<Value>(
                                    buffers.front().alloc.getDynamicSizes()));
}

/// Frees what a block of `function` allocates, and returns to nobody, at its
/// end.
static void freeAtEnd(func::FuncOp function) {
  function.walk([](memref::AllocOp alloc) {
    OpBuilder b(alloc->getBlock()->getTerminator());
    if (!leaves(alloc.getResult(), alloc->getBlock()))
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
      else if (!separate)
        planWithin(function);
      freeAtEnd(function);
    }
  }
};
} // namespace
