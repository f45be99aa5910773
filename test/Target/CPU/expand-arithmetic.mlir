// RUN: ecolm-opt %s --ecolm-expand-arithmetic | FileCheck %s

// Divisions that round become divisions that do not, and a minimum of floats a
// comparison; minima of integers stay.
// CHECK-LABEL: func.func @sizes(
// CHECK-NOT: ceildivui
// CHECK: arith.divui
// CHECK: arith.minsi
// CHECK: arith.maxui
func.func @sizes(%a: index, %b: index) -> (index, index) {
  %c = arith.ceildivui %a, %b : index
  %d = arith.minsi %c, %a : index
  %e = arith.maxui %c, %b : index
  return %d, %e : index, index
}
// CHECK-LABEL: func.func @floats(
// CHECK-NOT: maximumf
// CHECK: arith.cmpf
func.func @floats(%a: vector<4xf32>, %b: vector<4xf32>) -> vector<4xf32> {
  %c = arith.maximumf %a, %b : vector<4xf32>
  return %c : vector<4xf32>
}
// CHECK-LABEL: func.func @halves(
// CHECK-NOT: arith.extf
// CHECK-NOT: arith.truncf
// CHECK: return
func.func @halves(%a: bf16, %b: f32) -> (f32, bf16) {
  %c = arith.extf %a : bf16 to f32
  %d = arith.truncf %b : f32 to bf16
  return %c, %d : f32, bf16
}
// CHECK-LABEL: func.func @steps(
// CHECK: arith.truncf %arg0 : vector<4xf64> to vector<4xf32>
// CHECK-NOT: arith.truncf
// CHECK: return
func.func @steps(%a: vector<4xf64>) -> vector<4xi16> {
  %b = arith.truncf %a : vector<4xf64> to vector<4xbf16>
  %c = arith.bitcast %b : vector<4xbf16> to vector<4xi16>
  return %c : vector<4xi16>
}
