// RUN: not ecolm-opt %s --ecolm-quantize-model="recipe=int3" 2>&1 | FileCheck %s --check-prefix=RECIPE
// RUN: not ecolm-opt %s --ecolm-quantize-model="recipe=int4 include=(" 2>&1 | FileCheck %s --check-prefix=INCLUDE
// RUN: not ecolm-opt %s --ecolm-quantize-model="recipe=int4 include=head" 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not ecolm-opt %s --ecolm-quantize-model="recipe=int4" 2>&1 | FileCheck %s --check-prefix=FINITE
// RUN: not ecolm-opt %s --ecolm-quantize-model="recipe=int4 calibration=%t.npz" 2>&1 | FileCheck %s --check-prefix=CALIBRATION
// CALIBRATION: error: --calibration: {{.*}}.npz
// RECIPE: error: --quantize: unknown method 'int3'; expected ternary, pot2 to pot7, int2, int4 or int8
// INCLUDE: error: --quantize-include: '(' is no regular expression: parentheses not balanced
// NONE: error: found no product and no embedding with a constant f32 matrix to quantize; check --quantize-include and --quantize-exclude against --check
// FINITE: [[# @LINE + 1]]:1: error: cannot quantize 'w': it holds numbers that are not finite; leave it out with --quantize-exclude
ecolm.weight @w : tensor<1x2xf32> = dense<[[1.0, 0x7F800000]]> : tensor<1x2xf32>
func.func @product(%x: tensor<?x2xf32>) -> tensor<?x1xf32> {
  %w = ecolm.get_weight @w : tensor<1x2xf32>
  %y = ecolm.matmul %x, %w : tensor<?x2xf32>, tensor<1x2xf32> -> tensor<?x1xf32>
  return %y : tensor<?x1xf32>
}
