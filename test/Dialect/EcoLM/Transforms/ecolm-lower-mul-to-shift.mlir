// RUN: ecolm-opt %s -ecolm-lower-mul-to-shift | FileCheck %s --check-prefixes=CHECK,AUTO
// RUN: ecolm-opt %s -ecolm-lower-mul-to-shift=mode=shift | FileCheck %s --check-prefixes=CHECK,SHIFT
// RUN: ecolm-opt %s -ecolm-lower-mul-to-shift=mode=exponent | FileCheck %s --check-prefixes=CHECK,EXPONENT
// RUN: ecolm-opt %s -ecolm-lower-mul-to-shift=mode=native | FileCheck %s --check-prefixes=CHECK,NATIVE
// RUN: ecolm-opt %s -ecolm-lower-mul-to-shift="target-has-multiplier=false target-has-fpu=false" | FileCheck %s --check-prefixes=CHECK,BARE
// RUN: ecolm-opt %s -ecolm-lower-mul-to-shift=target-has-byte-products=true | FileCheck %s --check-prefix=BYTES
// RUN: ecolm-opt %s -ecolm-lower-mul-to-shift="target-has-byte-products=true target-has-lookups=true" | FileCheck %s --check-prefix=LOOKUPS
// RUN: ecolm-opt %s -ecolm-lower-mul-to-shift="mode=shift target-has-byte-products=true" | FileCheck %s --check-prefix=SHIFTED-BYTES
// RUN: ecolm-opt %s -ecolm-lower-mul-to-shift=mode=shift -remarks-filter=.* -remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

!pot = !ecolm.pot<min = -6, max = 1>

// CHECK-LABEL: func @products
//    AUTO: butterfly {{.*}} arithmetic <shift_add>
//    AUTO: matmul {{.*}} arithmetic <shift_add>
//    AUTO: shift %{{.*}} by [-6] : tensor
//    AUTO: matmul %{{[^:]*}} :
//   SHIFT: butterfly {{.*}} arithmetic <shift_add>
//   SHIFT: matmul {{.*}} arithmetic <shift_add>
//   SHIFT: shift {{.*}} arithmetic <exponent_add>
//   SHIFT: matmul {{.*}} arithmetic <exponent_add>
// EXPONENT: butterfly {{.*}} arithmetic <shift_add>
// EXPONENT: shift {{.*}} arithmetic <exponent_add>
//  NATIVE-NOT: arithmetic
//    BARE: butterfly {{.*}} arithmetic <shift_add>
//    BARE: shift {{.*}} arithmetic <exponent_add>
//    BARE: matmul {{.*}} arithmetic <exponent_add>
// CHECK: return
func.func @products(%q: tensor<8x4x!pot>, %f: tensor<2x2x2x1x!ecolm.ternary>, %w: tensor<4x4x!pot>)
    -> (tensor<8x4xi32>, tensor<8x4xf32>) {
  %0 = ecolm.butterfly %q, %f : (tensor<8x4x!pot>, tensor<2x2x2x1x!ecolm.ternary>) -> tensor<8x4xi32>
  %1 = ecolm.matmul %0, %w : tensor<8x4xi32>, tensor<4x4x!pot> -> tensor<8x4xi32>
  %2 = arith.sitofp %1 : tensor<8x4xi32> to tensor<8x4xf32>
  %3 = ecolm.shift %2 by [-6] : tensor<8x4xf32>
  %4 = ecolm.matmul %3, %w : tensor<8x4xf32>, tensor<4x4x!pot> -> tensor<8x4xf32>
  return %0, %4 : tensor<8x4xi32>, tensor<8x4xf32>
}

// Weights of any value stay native in every mode.
// CHECK-LABEL: func @any_value
// CHECK-NOT: arithmetic
// CHECK: return
// REMARK: [Missed] arithmetic {{.*}}weights of any value need a multiplier
func.func @any_value(%x: tensor<8x4xf32>, %w: tensor<4x4xf32>) -> tensor<8x4xf32> {
  %0 = ecolm.matmul %x, %w : tensor<8x4xf32>, tensor<4x4xf32> -> tensor<8x4xf32>
  return %0 : tensor<8x4xf32>
}

// CHECK-LABEL: func @constants
//  CHECK-SAME: %[[X:.*]]: i32
//   AUTO-COUNT-6: arith.muli
//       SHIFT-DAG: %[[C3:.*]] = arith.constant 3 : i32
// 8 = 2^3
//       SHIFT: arith.shli %[[X]]
// 7 = 2^3 - 1
//       SHIFT: %[[A:.*]] = arith.shli %[[X]]
//       SHIFT: arith.subi %[[A]], %[[X]]
// 10 = 2^1 + 2^3
//       SHIFT: %[[B:.*]] = arith.shli
//       SHIFT: %[[C:.*]] = arith.shli
//       SHIFT: arith.addi %[[B]], %[[C]]
// -4 = 0 - 2^2
//       SHIFT: %[[D:.*]] = arith.shli
//       SHIFT: arith.subi %{{.*}}, %[[D]]
// 0
//       SHIFT-NOT: arith.muli
// 0x5555 has too many bits
//       SHIFT: arith.muli
//   SHIFT-NOT: arith.divui
//       SHIFT: arith.shrui
//   SHIFT-NOT: arith.remui
//       SHIFT: arith.andi
//        BARE: arith.shli
//       CHECK: return
func.func @constants(%x: i32) -> (i32, i32, i32, i32, i32, i32, i32, i32) attributes {ecolm.quantized} {
  %c8 = arith.constant 8 : i32
  %c7 = arith.constant 7 : i32
  %c10 = arith.constant 10 : i32
  %m4 = arith.constant -4 : i32
  %c0 = arith.constant 0 : i32
  %many = arith.constant 21845 : i32
  %0 = arith.muli %x, %c8 : i32
  %1 = arith.muli %x, %c7 : i32
  %2 = arith.muli %x, %c10 : i32
  %3 = arith.muli %x, %m4 : i32
  %4 = arith.muli %x, %c0 : i32
  %5 = arith.muli %x, %many : i32
  %6 = arith.divui %x, %c8 : i32
  %7 = arith.remui %x, %c8 : i32
  return %0, %1, %2, %3, %4, %5, %6, %7 : i32, i32, i32, i32, i32, i32, i32, i32
}

// Nothing is asked of a function that is not quantized.
// CHECK-LABEL: func @elsewhere
//       CHECK: arith.muli
func.func @elsewhere(%x: i32) -> i32 {
  %c8 = arith.constant 8 : i32
  %0 = arith.muli %x, %c8 : i32
  return %0 : i32
}

// Vectors of products of bytes cost less than masks, unless the user wants no multiplier.
// BYTES-LABEL: func @bytes(
// BYTES-NOT: arithmetic
// BYTES: return
// SHIFTED-BYTES-LABEL: func @bytes(
// SHIFTED-BYTES: arithmetic <shift_add>
func.func @bytes(%x: tensor<2x8xi8>, %w: tensor<8x8x!ecolm.ternary>) -> tensor<2x8xi32> {
  %y = ecolm.matmul %x, %w : tensor<2x8xi8>, tensor<8x8x!ecolm.ternary> -> tensor<2x8xi32>
  return %y : tensor<2x8xi32>
}

// Bytes of powers of two are looked up.
// BYTES-LABEL: func @bytes_of_powers(
// BYTES: arithmetic <shift_add>
// LOOKUPS-LABEL: func @bytes_of_powers(
// LOOKUPS-NOT: arithmetic
// LOOKUPS: return
func.func @bytes_of_powers(%x: tensor<2x8xi8>, %w: tensor<8x8x!ecolm.pot<min = -6, max = 0>>) -> tensor<2x8xi32> {
  %y = ecolm.matmul %x, %w : tensor<2x8xi8>, tensor<8x8x!ecolm.pot<min = -6, max = 0>> -> tensor<2x8xi32>
  return %y : tensor<2x8xi32>
}
