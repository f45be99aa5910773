// RUN: ecolm-opt %s | ecolm-opt | FileCheck %s
// RUN: ecolm-opt %s --emit-bytecode | ecolm-opt | FileCheck %s
// RUN: ecolm-opt %s --mlir-print-op-generic | ecolm-opt | FileCheck %s

// CHECK-LABEL: func private @packed_examples
// CHECK-SAME: tensor<16x16x16x1x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>
// CHECK-SAME: tensor<768x768x!ecolm.ternary, #ecolm.packed<codes2>>
// CHECK-SAME: tensor<768x768x!ecolm.ternary, #ecolm.packed<codes2, lanes = 16, depth = 4>>
// CHECK-SAME: tensor<768x768xi8, #ecolm.packed<plain, lanes = 16, depth = 4>>
// CHECK-SAME: tensor<1x2x2x512x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 32 in chunks of 4, 256 apart>>
// CHECK-SAME: tensor<1x2x2x64x!ecolm.pot<min = -3, max = 0>, #ecolm.packed<halves, lanes = 16 in chunks of 2, 64 apart>>
// CHECK-SAME: tensor<1x2x2x64x!ecolm.pot<min = -3, max = 0>, #ecolm.packed<partners, lanes = 16 in chunks of 2, 64 apart>>
// CHECK-SAME: tensor<1x2x2x512x!ecolm.ternary, #ecolm.packed<planes3, lanes = 32 in chunks of 4, 256 apart>>
// CHECK-SAME: tensor<1x2x2x64x!ecolm.pot<min = -3, max = 0>, #ecolm.packed<floats, lanes = 16 in chunks of 2, 64 apart>>
// CHECK-SAME: tensor<1x2x2x64x!ecolm.pot<min = -3, max = 0>, #ecolm.packed<float_partners, lanes = 16 in chunks of 2, 64 apart>>
func.func private @packed_examples(
    tensor<16x16x16x1x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>,
    tensor<768x768x!ecolm.ternary, #ecolm.packed<codes2>>,
    tensor<768x768x!ecolm.ternary, #ecolm.packed<codes2, lanes = 16, depth = 4>>,
    tensor<768x768xi8, #ecolm.packed<plain, lanes = 16, depth = 4>>,
    tensor<1x2x2x512x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 32 in chunks of 4, 256 apart>>,
    tensor<1x2x2x64x!ecolm.pot<min = -3, max = 0>, #ecolm.packed<halves, lanes = 16 in chunks of 2, 64 apart>>,
    tensor<1x2x2x64x!ecolm.pot<min = -3, max = 0>, #ecolm.packed<partners, lanes = 16 in chunks of 2, 64 apart>>,
    tensor<1x2x2x512x!ecolm.ternary, #ecolm.packed<planes3, lanes = 32 in chunks of 4, 256 apart>>,
    tensor<1x2x2x64x!ecolm.pot<min = -3, max = 0>, #ecolm.packed<floats, lanes = 16 in chunks of 2, 64 apart>>,
    tensor<1x2x2x64x!ecolm.pot<min = -3, max = 0>, #ecolm.packed<float_partners, lanes = 16 in chunks of 2, 64 apart>>)

// CHECK-LABEL: func private @packed
// CHECK-SAME: tensor<2x5x!ecolm.ternary, #ecolm.packed<bytes, lanes = 1>>
// CHECK-SAME: tensor<2x4x4x4x1x!ecolm.ternary, #ecolm.packed<base3, lanes = 64>>
// CHECK-SAME: tensor<7x!ecolm.pot<min = 0, max = 126>, #ecolm.packed<bytes>>
// CHECK-SAME: tensor<7x!ecolm.pot<min = 0, max = 6>, #ecolm.packed<nibbles>>
// CHECK-SAME: tensor<8x8x!ecolm.pot<min = -7, max = 0, zero = false>, #ecolm.packed<nibbles, lanes = 16>>
// CHECK-SAME: tensor<8x8xf32, #ecolm.packed<plain, lanes = 16>>
// CHECK-SAME: tensor<8xi8, #ecolm.packed<plain>>
func.func private @packed(
  tensor<2x5x!ecolm.ternary, #ecolm.packed<bytes, lanes = 1>>,
  tensor<2x4x4x4x1x!ecolm.ternary, #ecolm.packed<base3, lanes = 64>>,
  tensor<7x!ecolm.pot<min = 0, max = 126>, #ecolm.packed<bytes>>,
  tensor<7x!ecolm.pot<min = 0, max = 6>, #ecolm.packed<nibbles>>,
  tensor<8x8x!ecolm.pot<min = -7, max = 0, zero = false>, #ecolm.packed<nibbles, lanes = 16>>,
  tensor<8x8xf32, #ecolm.packed<plain, lanes = 16>>,
  tensor<8xi8, #ecolm.packed<plain, lanes = 0>>)

// Every word of every enumeration.
// CHECK: module attributes
// CHECK-DAG: test.rounding = [#ecolm.rounding<floor>, #ecolm.rounding<nearest_log>, #ecolm.rounding<nearest>, #ecolm.rounding<ceil>]
// CHECK-DAG: test.underflow = [#ecolm.underflow<zero>, #ecolm.underflow<clamp>]
// CHECK-DAG: test.rule = [#ecolm.ternary_rule<given>, #ecolm.ternary_rule<half_std>, #ecolm.ternary_rule<twn>, #ecolm.ternary_rule<absmean>]
// CHECK-DAG: test.scale = [#ecolm.ternary_scale<one>, #ecolm.ternary_scale<absmean>, #ecolm.ternary_scale<absmean_above>]
// CHECK-DAG: test.convention = [#ecolm.convention<cos_minus_sin>, #ecolm.convention<cos_plus_sin>]
// CHECK-DAG: test.shift = [#ecolm.shift_rounding<floor>, #ecolm.shift_rounding<half_up>, #ecolm.shift_rounding<half_even>]
// CHECK-DAG: test.arithmetic = [#ecolm.arithmetic<native>, #ecolm.arithmetic<shift_add>, #ecolm.arithmetic<exponent_add>]
// CHECK-DAG: test.packing = [#ecolm.packing<bytes>, #ecolm.packing<codes2>, #ecolm.packing<base3>, #ecolm.packing<bitplanes>, #ecolm.packing<nibbles>, #ecolm.packing<plain>]
// CHECK-DAG: test.quantizer = [#ecolm.log_quantizer<min = -10, max = 0, rounding = nearest>, #ecolm.log_quantizer<min = -126, max = 127, underflow = clamp>, #ecolm.log_quantizer<min = 0, max = 0>]
module attributes {
  test.quantizer = [#ecolm.log_quantizer<min = -10, max = 0, rounding = nearest>,
                    #ecolm.log_quantizer<min = -126, max = 127, underflow = clamp>,
                    #ecolm.log_quantizer<min = 0, max = 0, rounding = floor, underflow = zero>],
  test.rounding = [#ecolm.rounding<floor>, #ecolm.rounding<nearest_log>,
                   #ecolm.rounding<nearest>, #ecolm.rounding<ceil>],
  test.underflow = [#ecolm.underflow<zero>, #ecolm.underflow<clamp>],
  test.rule = [#ecolm.ternary_rule<given>, #ecolm.ternary_rule<half_std>,
               #ecolm.ternary_rule<twn>, #ecolm.ternary_rule<absmean>],
  test.scale = [#ecolm.ternary_scale<one>, #ecolm.ternary_scale<absmean>,
                #ecolm.ternary_scale<absmean_above>],
  test.convention = [#ecolm.convention<cos_minus_sin>,
                     #ecolm.convention<cos_plus_sin>],
  test.shift = [#ecolm.shift_rounding<floor>, #ecolm.shift_rounding<half_up>,
                #ecolm.shift_rounding<half_even>],
  test.arithmetic = [#ecolm.arithmetic<native>, #ecolm.arithmetic<shift_add>,
                     #ecolm.arithmetic<exponent_add>],
  test.packing = [#ecolm.packing<bytes>, #ecolm.packing<codes2>,
                  #ecolm.packing<base3>, #ecolm.packing<bitplanes>,
                  #ecolm.packing<nibbles>, #ecolm.packing<plain>]
} {}
