// RUN: ecolm-opt %s --ecolm-place-weights --convert-ecolm-to-vector --canonicalize --cse | FileCheck %s

!ternary = tensor<32x16x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>
!pots = tensor<32x16x!ecolm.pot<min = 0, max = 6>, #ecolm.packed<bytes, lanes = 16>>
!floats = tensor<32x16xf32, #ecolm.packed<plain, lanes = 16>>
ecolm.weight @ternary : !ternary = dense<27> : tensor<128xui8> packing <codes2>
ecolm.weight @pots : !pots = dense<1> : tensor<32x16xi8> packing <bytes>
ecolm.weight @floats : !floats = dense<1.0> : tensor<32x16xf32>


// CHECK-LABEL: func.func @matmul_ternary(
// CHECK: scf.forall
// CHECK: arith.extsi {{.*}} i8 to i32
// CHECK: scf.for {{.*}} to %c32 step %c16
// CHECK: scf.for {{.*}} to %c16 step %c1 {{.*}}(vector<16xi32>
// CHECK: %[[X:.*]] = vector.broadcast {{.*}} i32 to vector<16xi32>
// CHECK-COUNT-2: arith.select {{.*}}, %[[X]]
// CHECK: arith.addi
// CHECK: arith.subi
// CHECK-NOT: arith.mul
// CHECK: return
func.func @matmul_ternary(%x: tensor<?x16xi8>) -> tensor<?x32xi32> {
  %w = ecolm.get_weight @ternary : !ternary
  %y = ecolm.matmul %x, %w : tensor<?x16xi8>, !ternary -> tensor<?x32xi32>
  return %y : tensor<?x32xi32>
}

// CHECK-LABEL: func.func @matmul_pot(
// CHECK: %[[CODE:.*]] = arith.extsi {{.*}} vector<16xi8> to vector<16xi32>
// CHECK: %[[SIGN:.*]] = arith.shrsi %[[CODE]]
// CHECK: %[[FLIPPED:.*]] = arith.xori %[[CODE]], %[[SIGN]]
// CHECK: %[[MAGNITUDE:.*]] = arith.subi %[[FLIPPED]], %[[SIGN]]
// CHECK: %[[P:.*]] = arith.shli
// CHECK: arith.xori %[[P]], %[[SIGN]]
// CHECK: %[[ZERO:.*]] = arith.cmpi eq, %[[MAGNITUDE]]
// CHECK: arith.select %[[ZERO]]
// CHECK-NOT: arith.mul
// CHECK: return
func.func @matmul_pot(%x: tensor<?x16xi8>) -> tensor<?x32xi32> {
  %w = ecolm.get_weight @pots : !pots
  %y = ecolm.matmul %x, %w : tensor<?x16xi8>, !pots -> tensor<?x32xi32>
  return %y : tensor<?x32xi32>
}

// CHECK-LABEL: func.func @matmul_f32(
// CHECK: %[[W:.*]] = vector.load {{.*}} vector<16xf32>
// CHECK: %[[P:.*]] = arith.mulf {{.*}}, %[[W]]
// CHECK: arith.addf %{{.*}}, %[[P]]
// CHECK-NOT: fma
// CHECK: return
func.func @matmul_f32(%x: tensor<?x16xf32>) -> tensor<?x32xf32> {
  %w = ecolm.get_weight @floats : !floats
  %y = ecolm.matmul %x, %w : tensor<?x16xf32>, !floats -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}
