// Without a FPU the quantized path is integer instructions: exponents are counted
// into shifts, and numbers become floats bit by bit.
// RUN: ecolm-opt %s --convert-ecolm-to-vector=fpu=false --canonicalize --cse | FileCheck %s
// RUN: ecolm-opt %s --convert-ecolm-to-vector=fpu=true --canonicalize --cse | FileCheck %s --check-prefix=FPU

// CHECK-LABEL: func.func @log_quantize
// CHECK-NOT: arith.fptosi
// CHECK: arith.shli %c1_i32, %{{.*}} : i32
// CHECK-NOT: arith.fptosi
// CHECK: linalg.yield
// FPU-LABEL: func.func @log_quantize
// FPU: arith.fptosi %{{.*}} : f32 to i32
func.func @log_quantize(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %q = ecolm.log_quantize %x rounding <nearest> : tensor<2x8xf32> -> tensor<2x8x!ecolm.pot<min = -6, max = 1>>
  %y = ecolm.dequantize %q : tensor<2x8x!ecolm.pot<min = -6, max = 1>> -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// CHECK-LABEL: func.func @integers
// CHECK-NOT: arith.sitofp
// CHECK: math.ctlz
// CHECK: arith.bitcast %{{.*}} : i32 to f32
// CHECK-NOT: arith.sitofp
// FPU-LABEL: func.func @integers
// FPU: arith.sitofp %{{.*}} : tensor<2x8xi32> to tensor<2x8xf32>
func.func @integers(%x: tensor<2x8xi32>) -> tensor<2x8xf32> {
  %f = arith.sitofp %x : tensor<2x8xi32> to tensor<2x8xf32>
  return %f : tensor<2x8xf32>
}
