// RUN: ecolm-opt %s --convert-onnx-to-ecolm | FileCheck %s

// CHECK: module attributes {ecolm.context_length = 256 : i64, ecolm.name = "small", ecolm.tokenizer = "{}"
// CHECK-SAME: onnx.metadata
module attributes {onnx.metadata = {ecolm.context_length = "256", ecolm.name = "small", ecolm.tokenizer = "{}"}} {
}

