// RUN: ecolm-opt %s --ecolm-outline-linear-layers | FileCheck %s

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
// CHECK: func.func private @[[LAYER]]({{.*}} attributes {ecolm.quantized}
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
