// RUN: ecolm-translate --ecolm-to-ptx %s | FileCheck %s

// The inner loops of ternary products hold no multiplication.

// CHECK-LABEL: .entry matmul_i8_ternary_bitplanes16_n50_k70(
//       CHECK: .maxntid 128, 1, 1
//       CHECK: [[LOOP:\$L__BB[0-9]+_[0-9]+]]:
//   CHECK-NOT: {{mul|mad|fma}}
//       CHECK: selp.b32
//   CHECK-NOT: {{mul|mad|fma}}
//       CHECK: bra [[LOOP]];
//       CHECK: ret;
func.func @ternary_of_integers(
    %x: tensor<1x?x70xi8>,
    %w: tensor<50x70x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>)
    -> tensor<1x?x50xi32> {
  %y = ecolm.matmul %x, %w : tensor<1x?x70xi8>,
      tensor<50x70x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>
      -> tensor<1x?x50xi32>
  return %y : tensor<1x?x50xi32>
}

// CHECK-LABEL: .entry matmul_f32_ternary_codes2_n50_k70(
//       CHECK: [[LOOP:\$L__BB[0-9]+_[0-9]+]]:
//   CHECK-NOT: {{mul|mad|fma}}
//       CHECK: add.rn.f32
//   CHECK-NOT: {{mul|mad|fma}}
//       CHECK: bra [[LOOP]];
//       CHECK: ret;
func.func @ternary_of_floats(
    %x: tensor<3x70xf32>,
    %w: tensor<50x70x!ecolm.ternary, #ecolm.packed<codes2>>)
    -> tensor<3x50xf32> {
  %y = ecolm.matmul %x, %w : tensor<3x70xf32>,
      tensor<50x70x!ecolm.ternary, #ecolm.packed<codes2>> -> tensor<3x50xf32>
  return %y : tensor<3x50xf32>
}

// CHECK-LABEL: .entry matmul_f32_pot_bytes_n50_k70_from_m6_exponent_add(
//       CHECK: [[LOOP:\$L__BB[0-9]+_[0-9]+]]:
//   CHECK-NOT: {{mul|mad|fma}}
//       CHECK: add.rn.f32
//   CHECK-NOT: {{mul|mad|fma}}
//       CHECK: bra [[LOOP]];
//       CHECK: ret;
func.func @powers_by_addition(
    %x: tensor<3x70xf32>,
    %w: tensor<50x70x!ecolm.pot<min = -6, max = 1>, #ecolm.packed<bytes>>)
    -> tensor<3x50xf32> {
  %y = ecolm.matmul %x, %w arithmetic <exponent_add> : tensor<3x70xf32>,
      tensor<50x70x!ecolm.pot<min = -6, max = 1>, #ecolm.packed<bytes>>
      -> tensor<3x50xf32>
  return %y : tensor<3x50xf32>
}

// The multiplication that a user asks for is there, and these checks see it.

// CHECK-LABEL: .entry matmul_f32_pot_bytes_n50_k70_from_m6_native(
//       CHECK: [[LOOP:\$L__BB[0-9]+_[0-9]+]]:
//       CHECK: mul.rn.f32
//       CHECK: bra [[LOOP]];
func.func @powers_by_multiplication(
    %x: tensor<3x70xf32>,
    %w: tensor<50x70x!ecolm.pot<min = -6, max = 1>, #ecolm.packed<bytes>>)
    -> tensor<3x50xf32> {
  %y = ecolm.matmul %x, %w : tensor<3x70xf32>,
      tensor<50x70x!ecolm.pot<min = -6, max = 1>, #ecolm.packed<bytes>>
      -> tensor<3x50xf32>
  return %y : tensor<3x50xf32>
}

// CHECK-LABEL: .entry butterfly_pot_256_256_16x16x16x1_bitplanes16_1x16x16x16_bitplanes16(
//       CHECK: .shared .align 4 .b8
//       CHECK: st.shared.b32
//       CHECK: bar.sync 0;
//       CHECK: ld.shared.b32
//   CHECK-NOT: {{bar.sync|mul|mad|fma}}
//       CHECK: st.global.b32
//       CHECK: ret;
func.func @butterfly(
    %x: tensor<?x256x!ecolm.pot<min = -6, max = 1>>,
    %f0: tensor<16x16x16x1x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>,
    %f1: tensor<1x16x16x16x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>)
    -> tensor<?x256xi32> {
  %y = ecolm.butterfly %x, %f0, %f1
      : (tensor<?x256x!ecolm.pot<min = -6, max = 1>>,
         tensor<16x16x16x1x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>,
         tensor<1x16x16x16x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>)
      -> tensor<?x256xi32>
  return %y : tensor<?x256xi32>
}
