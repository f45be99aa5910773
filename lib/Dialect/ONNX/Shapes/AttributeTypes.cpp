//===- AttributeTypes.cpp - Types of attributes -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Checks that attributes have the types that ONNX gives them. In ONNX a name
// means one type, whatever the operator; `value` is the only exception here.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/IR/QuotedName.h"
#include "ecolm/Dialect/ONNX/Shapes/NodeInference.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace ecolm::onnx {

enum class AttributeType { Unknown, Int, Float, String, Ints, Tensor };

static AttributeType findType(StringRef opType, StringRef name) {
  if (name == "value")
    return opType == "Pad" ? AttributeType::Float : AttributeType::Tensor;
  return llvm::StringSwitch<AttributeType>(name)
      .Cases({"allowzero", "axis", "batch_dims", "block_size"},
             AttributeType::Int)
      .Cases({"detect_negative", "detect_positive", "emax", "emin"},
             AttributeType::Int)
      .Cases({"end", "exclusive", "fmod", "interleaved", "is_causal"},
             AttributeType::Int)
      .Cases({"k", "keepdims", "kv_num_heads", "largest"}, AttributeType::Int)
      .Cases({"left_window_size", "noop_with_empty_axes", "num_heads"},
             AttributeType::Int)
      .Cases({"num_outputs", "output_dtype", "precision", "q_num_heads"},
             AttributeType::Int)
      .Cases({"qk_matmul_output_mode", "reverse", "right_window_size"},
             AttributeType::Int)
      .Cases({"rotary_embedding_dim", "saturate", "select_last_index"},
             AttributeType::Int)
      .Cases({"softmax_precision", "sorted", "start", "stash_type"},
             AttributeType::Int)
      .Cases({"to", "transA", "transB", "upper"}, AttributeType::Int)
      .Cases({"gather_axis", "quantize_axis"}, AttributeType::Int)
      .Cases({"K", "N", "accuracy_level", "bits", "do_rotary"},
             AttributeType::Int)
      .Cases({"is_packed_batching", "local_window_size", "mask_index_type"},
             AttributeType::Int)
      .Cases({"past_present_share_buffer", "rotary_interleaved"},
             AttributeType::Int)
      .Cases({"smooth_softmax", "unidirectional"}, AttributeType::Int)
      .Cases({"alpha", "beta", "epsilon", "max", "min"}, AttributeType::Float)
      .Cases({"mask_filter_value", "scale", "softcap"}, AttributeType::Float)
      .Cases({"approximate", "direction", "equation", "mode"},
             AttributeType::String)
      .Cases({"reduction", "round_mode", "rounding", "underflow"},
             AttributeType::String)
      .Cases({"axes", "ends", "pads", "perm", "split", "starts"},
             AttributeType::Ints)
      .Case("qkv_hidden_sizes", AttributeType::Ints)
      .Default(AttributeType::Unknown);
}

static bool isOfType(Attribute value, AttributeType type) {
  switch (type) {
  case AttributeType::Int:
    return isa<IntegerAttr>(value) &&
           cast<IntegerAttr>(value).getType().isInteger(64);
  case AttributeType::Float:
    return isa<FloatAttr>(value);
  case AttributeType::String:
    return isa<StringAttr>(value);
  case AttributeType::Ints:
    return isa<DenseI64ArrayAttr>(value);
  case AttributeType::Tensor:
    return isa<ElementsAttr>(value);
  case AttributeType::Unknown:
    break;
  }
  return true; // What no operator here has is refused with its operator.
}

static StringRef describe(AttributeType type) {
  switch (type) {
  case AttributeType::Int:
    return "integer";
  case AttributeType::Float:
    return "float";
  case AttributeType::String:
    return "string";
  case AttributeType::Ints:
    return "list of integers";
  case AttributeType::Tensor:
    return "tensor";
  case AttributeType::Unknown:
    break;
  }
  return "anything";
}

LogicalResult NodeInference::expectAttributeTypes() {
  for (NamedAttribute attr : op.getAttrs()) {
    AttributeType type = findType(op.getOpType(), attr.getName());
    if (!isOfType(attr.getValue(), type))
      return emitError() << "attribute " << quoteName(attr.getName()) << " of "
                         << op.getOpType() << " is no " << describe(type);
  }
  return success();
}

} // namespace ecolm::onnx
