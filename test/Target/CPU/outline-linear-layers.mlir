// RUN: ecolm-opt %s --ecolm-outline-linear-layers -split-input-file | FileCheck %s

!pot = tensor<1x?x16x!ecolm.pot<min = -6, max = 1>>
!factor = tensor<1x16x16x1x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>
ecolm.weight @factor : !factor = dense<27> : tensor<64xui8> packing <codes2>

// The chain from quantizer to shift leaves; what is not part of it stays.
// CHECK-LABEL: func.func @main(
// CHECK-NOT: ecolm.butterfly
// CHECK: scf.forall
// CHECK: %[[R:.*]] = func.call @[[LAYER:.*]](%{{.*}}, %{{.*}}) : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
// CHECK: tensor.parallel_insert_slice %[[R]]
// CHECK: arith.negf
// CHECK: func.func private @[[LAYER]]({{.*}} attributes {ecolm.layer, ecolm.quantized}
// CHECK: ecolm.log_quantize %{{.*}} : tensor<16xf32>
// CHECK: ecolm.butterfly
// CHECK: arith.sitofp
// CHECK: ecolm.shift %{{.*}} by [-8]
// CHECK-NOT: arith.negf
func.func @main(%x: tensor<1x?x16xf32>) -> tensor<1x?x16xf32> {
  %f = ecolm.get_weight @factor : !factor
  %q = ecolm.log_quantize %x : tensor<1x?x16xf32> -> !pot
  %i = ecolm.butterfly %q, %f : (!pot, !factor) -> tensor<1x?x16xi32>
  %s = arith.sitofp %i : tensor<1x?x16xi32> to tensor<1x?x16xf32>
  %y = ecolm.shift %s by [-8] : tensor<1x?x16xf32>
  %z = arith.negf %y : tensor<1x?x16xf32>
  return %z : tensor<1x?x16xf32>
}

// -----

!factor = tensor<1x2x2x32xf32, #ecolm.packed<plain, lanes = 16 in chunks of 2, 32 apart>>
ecolm.weight @factor : !factor = dense<1.0> : tensor<128xf32>

// A butterfly whose factors are laid out in chunks leaves on floats, too, and takes two rows.
// CHECK-LABEL: func.func @two_rows(
// CHECK: scf.forall (%{{.*}}) in (4)
// CHECK: func.call @{{.*}} : (tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x64xf32>
func.func @two_rows(%x: tensor<7x64xf32>) -> tensor<7x64xf32> {
  %f = ecolm.get_weight @factor : !factor
  %y = ecolm.butterfly %x, %f : (tensor<7x64xf32>, !factor) -> tensor<7x64xf32>
  return %y : tensor<7x64xf32>
}

// CHECK-LABEL: func.func @one_row(
// CHECK: func.call @{{.*}} : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
func.func @one_row(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %f = ecolm.get_weight @factor : !factor
  %y = ecolm.butterfly %x, %f : (tensor<1x64xf32>, !factor) -> tensor<1x64xf32>
  return %y : tensor<1x64xf32>
}

// CHECK: func.func private @ecolm_linear_0({{.*}} attributes {ecolm.layer, ecolm.max_rows = 2 : i64} {
// CHECK: func.func private @ecolm_linear_1({{.*}} attributes {ecolm.layer} {
