//===- LayoutPasses.td - Passes that lay weights out -*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Defines the passes that give weights the form in which kernels read them.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ECOLM_TRANSFORMS_LAYOUTPASSES
#define ECOLM_DIALECT_ECOLM_TRANSFORMS_LAYOUTPASSES

include "mlir/Pass/PassBase.td"

def NormalizeButterflies
    : Pass<"ecolm-normalize-butterflies", "::mlir::ModuleOp"> {
  let summary = "Measures sums of a butterfly in units that need one weight";
  let description = [{
    In an `ecolm.butterfly` of f32 whose factors are 2 by 2 blocks of powers of
    two, every sum has two terms. Divided by the first weight it needs one
    product, and that weight is moved to the factors behind; the last one has both
    again. Such factors are declared anew, and an `ecolm.get_weight` of one
    whose first weights are 1 is marked `ecolm.unit_diagonal`. Products and
    quotients of powers of two are exact, so the result has the bits it had, as
    long as numbers keep a distance of 2^48 from the ends of f32: butterflies
    whose units would be larger are left alone, as are weights of 0.

    With `ternary`, units of a butterfly of integers with ternary factors are signs:
    the first weight becomes 0 or 1, and where it is 0 so does the other. For
    targets whose masks say what is added and what is subtracted that is one mask
    less. Such factors are marked likewise.

    Precondition: butterflies are fused (`ecolm-fuse-butterfly-stages`) and have their
    arithmetic, which is native for floats. Postcondition: none.

    ```mlir
    ecolm.weight @f : tensor<1x2x2x1x!ecolm.pot<min = 0, max = 3>>
        = dense<[2, 3, 1, 4]> : tensor<4xi8> packing <bytes>
    %0 = ecolm.get_weight @f : ...
    ```
    ==>
    ```mlir
    ecolm.weight @f_normalized : tensor<1x2x2x1x!ecolm.pot<min = -3, max = 1, zero = false>>
        = dense<[[[[4], [5]], [[1], [4]]]]> : tensor<1x2x2x1xi8> packing <bytes>
    %0 = ecolm.get_weight @f_normalized {ecolm.unit_diagonal} : ...
    ```
  }];
  let options = [
    Option<"ternary", "ternary", "bool", "false",
           "Normalize butterflies of ternary factors, too">
  ];
  let statistics = [
    Statistic<"numNormalized", "normalized", "Number of butterflies normalized">
  ];
}

def PackWeights : Pass<"ecolm-pack-weights", "::mlir::ModuleOp"> {
  let summary = "Chooses the memory layout of every weight that a kernel reads";
  let description = [{
    Gives the type of each `ecolm.weight` that is a factor of a butterfly, or the
    weights, scales or offsets of a product, a `#ecolm.packed` encoding with
    `lanes` lanes, and the same type to its `ecolm.get_weight`. Ternary weights
    become `bitplanes` (2 bits), powers of two `nibbles`, or `bytes` where they
    have more than 16 codes, i2 `codes2`, i4 `nibbles`, floats and other
    integers `plain`; `packing` demands another format where the element type
    has several. With `byte-products`, the weights of native products of bytes
    get depth 4, ternary ones as `codes2`, or as `base3` (1.6 bits) with
    `byte-tables` if all of them together exceed `cache-bytes`; with `lookups`,
    low-bit weights of native products of floats do, with up to 128 lanes. With
    `butterfly-registers`, factors of 2 by 2 blocks that act on a power of two
    are laid out in the chunks of their butterfly's passes; ternary ones with
    integer sums only with `masks`, in 32 lanes, and powers of two that floats are
    multiplied by as `halves`, or as `floats` if all of them together fit
    `first-cache-bytes`. Where `ecolm-normalize-butterflies` says so these become
    `partners` or `float_partners`, and ternary factors `planes3`. The table of an embedding is
    packed likewise, in row-major order. A weight that kernels want in several
    layouts is declared for each, and one that other operations use as well (an
    embedding that is also the output matrix) is declared twice. Weights that
    nothing uses are erased.

    The bytes themselves are rewritten when the weight section is written.

    Precondition: kernels take their weights straight from `ecolm.get_weight`,
    or are left as they are.

    Postcondition: every declared weight that a kernel reads is packed; no
    declaration is unused.

    ```mlir
    ecolm.weight @w : tensor<64x64x!ecolm.ternary> = ... packing <codes2>
    %w = ecolm.get_weight @w : tensor<64x64x!ecolm.ternary>
    %y = ecolm.matmul %x, %w : tensor<8x64xi8>, tensor<64x64x!ecolm.ternary> -> tensor<8x64xi32>
    ```
    ==>
    ```mlir
    ecolm.weight @w : tensor<64x64x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>> = ...
    ```
  }];
  let options = [
    Option<"lanes", "lanes", "int32_t", "16",
           "Outputs that a kernel computes side by side">,
    Option<"packing", "packing", "std::string", "\"auto\"",
           "Format where the element type has it: auto, bytes, codes2, base3, "
           "bitplanes, nibbles or plain">,
    Option<"byteProducts", "byte-products", "bool", "false",
           "The target has vectors that sum products of bytes">,
    Option<"lookups", "lookups", "bool", "false",
           "The target looks numbers up in vector registers">,
    Option<"byteTables", "byte-tables", "bool", "false",
           "The target looks bytes up in tables of 256">,
    Option<"cacheBytes", "cache-bytes", "int64_t", "33554432",
           "What the target's last cache holds; ternary weights of more bytes, "
           "at 2 bits, come from memory">,
    Option<"registers", "butterfly-registers", "int32_t", "0",
           "Vectors that a butterfly keeps in registers; 0 applies one factor "
           "after the other">,
    Option<"masks", "masks", "bool", "false",
           "The target adds and subtracts where a mask says so">,
    Option<"firstCacheBytes", "first-cache-bytes", "int64_t", "24576",
           "What the target's first cache holds beside vectors; powers of two "
           "of butterflies that fit there as f32 are floats">
  ];
  let statistics = [
    Statistic<"numPacked", "packed", "Number of weights packed">,
    Statistic<"numSplit", "split", "Number of weights declared twice">,
    Statistic<"numErased", "erased", "Number of unused weights erased">,
    Statistic<"sourceBytes", "source-bytes", "Bytes of the packed weights before">,
    Statistic<"packedBytes", "packed-bytes", "Bytes of the packed weights after">,
    Statistic<"centibitsPerWeight", "centibits-per-weight",
              "Hundredths of a bit that a packed weight takes, padding included">
  ];
}

#endif // ECOLM_DIALECT_ECOLM_TRANSFORMS_LAYOUTPASSES
