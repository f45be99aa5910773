// Every sentence that a verifier of the onnx dialect holds has a fault here.
// RUN: ecolm-opt %s --split-input-file --verify-diagnostics

func.func @no_operator(%a: tensor<4xf32>) {
  // expected-error @+1 {{expects an operator name, found an empty one}}
  %0 = onnx.node ""(%a) {opset = 1 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @no_opset(%a: tensor<4xf32>) {
  // expected-error @+1 {{expects opset to be at least 1, found -3}}
  %0 = onnx.node "Relu"(%a) {opset = -3 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @unnamed_region(%c: tensor<i1>, %a: tensor<4xf32>) {
  // expected-error @+1 {{expects one name in 'graphs' per region, found 0 names and 1 regions}}
  %0 = onnx.node "If"(%c) {opset = 1 : i64} {
    onnx.yield %a : tensor<4xf32>
  } : (tensor<i1>) -> tensor<4xf32>
  return
}

// -----

func.func @wrong_terminator(%c: tensor<i1>, %a: tensor<4xf32>) {
  // expected-error @+1 {{expects every region to end in 'onnx.yield'}}
  %0 = onnx.node "If"(%c) {graphs = ["then_branch"], opset = 1 : i64} {
    llvm.unreachable
  } : (tensor<i1>) -> tensor<4xf32>
  return
}

// -----

func.func @yield_outside(%a: tensor<4xf32>) {
  // expected-error @+1 {{expects parent op}}
  onnx.yield %a : tensor<4xf32>
}

// -----

func.func @operand_is_no_tensor(%a: f32) {
  // expected-error @+1 {{operand #0 must be variadic of tensor, or none for an omitted optional input, but got 'f32'}}
  %0 = onnx.node "Relu"(%a) {opset = 1 : i64} : (f32) -> tensor<4xf32>
  return
}

// -----

func.func @resource_too_short() {
  // expected-error @+1 {{expects 2 bytes for 'tensor<3xi4>', found 1}}
  %0 = onnx.initializer "w" dense_resource<short> : tensor<3xi4>
  return
}

{-#
  dialect_resources: { builtin: { short: "0x0100000021" } }
#-}

// -----

func.func @resource_not_storable() {
  // expected-error @+1 {{expects an element type that can be stored, found 'tensor<3xi7>'}}
  %0 = onnx.initializer "w" dense_resource<odd> : tensor<3xi7>
  return
}

{-#
  dialect_resources: { builtin: { odd: "0x01000000212121" } }
#-}

// -----

// expected-error @+1 {{expects entry 1 of 'onnx.dims' to agree with 'tensor<1x?xf32>', found "7"}}
func.func @number_for_a_symbol(%a: tensor<1x?xf32> {onnx.dims = ["1", "7"]}) {
  return
}

// -----

// expected-error @+1 {{expects entry 0 of 'onnx.dims' to agree with 'tensor<1x?xf32>', found "batch"}}
func.func @symbol_for_a_number(%a: tensor<1x?xf32> {onnx.dims = ["batch", "n"]}) {
  return
}

// -----

// expected-error @+1 {{expects 'onnx.dims' to have 2 entries, found 1}}
func.func @too_few_dims(%a: tensor<1x?xf32> {onnx.dims = ["1"]}) {
  return
}

// -----

// expected-error @+1 {{expects 'onnx.dims' to be an array of strings}}
func.func @dims_of_numbers(%a: tensor<1x?xf32> {onnx.dims = [1, 2]}) {
  return
}

// -----

// expected-error @+1 {{expects 'onnx.name' to be a string}}
func.func @name_is_no_string(%a: tensor<1xf32> {onnx.name = 3 : i64}) {
  return
}

// -----

// expected-error @+1 {{has no attribute 'onnx.nmae'}}
func.func @misspelt(%a: tensor<1xf32>) -> (tensor<1xf32> {onnx.nmae = "x"}) {
  return %a : tensor<1xf32>
}

// -----

func.func @dims_per_result(%a: tensor<4xf32>) {
  // expected-error @+1 {{expects 'onnx.dims' to have one list per result}}
  %0 = onnx.node "Relu"(%a) {opset = 1 : i64, onnx.dims = []} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @dims_of_result(%a: tensor<4xf32>) {
  // expected-error @+1 {{expects 'onnx.dims' to have 1 entries, found 2}}
  %0 = onnx.node "Relu"(%a) {opset = 1 : i64, onnx.dims = [["4", "4"]]} : (tensor<4xf32>) -> tensor<4xf32>
  return
}
