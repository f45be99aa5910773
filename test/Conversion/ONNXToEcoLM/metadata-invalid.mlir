// RUN: ecolm-opt %s --convert-onnx-to-ecolm --verify-diagnostics

// expected-error @+1 {{expects metadata 'ecolm.context_length' to be a positive integer, found "many"}}
module attributes {onnx.metadata = {ecolm.context_length = "many"}} {
}
