// RUN: ecolm-opt %s --ecolm-lower-masks | FileCheck %s

// CHECK-LABEL: @words(
// CHECK-DAG: %[[OWN:.*]] = arith.constant dense<[1, 2, 4, {{.*}}, 32768]> : vector<16xi32>
// CHECK-DAG: %[[BITS:.*]] = vector.extract %arg0[0]
// CHECK: %[[WIDE:.*]] = arith.extui %[[BITS]] : i16 to i32
// CHECK: %[[ALL:.*]] = vector.broadcast %[[WIDE]] : i32 to vector<16xi32>
// CHECK: %[[FOUND:.*]] = arith.andi %[[ALL]], %[[OWN]]
// CHECK: %[[MASK:.*]] = arith.cmpi ne, %[[FOUND]]
// CHECK: arith.select %[[MASK]], %arg1, %arg2
func.func @words(%w: vector<1xi16>, %x: vector<16xf32>, %y: vector<16xf32>) -> vector<16xf32> {
  %m = vector.bitcast %w : vector<1xi16> to vector<16xi1>
  %z = arith.select %m, %x, %y : vector<16xi1>, vector<16xf32>
  return %z : vector<16xf32>
}

// Lanes of 16 bits see their half of the word.
// CHECK-LABEL: @halves(
// CHECK: %[[HALVES:.*]] = vector.bitcast %arg0 : vector<1xi32> to vector<2xi16>
// CHECK: vector.shuffle %[[HALVES]], %[[HALVES]] [0, 0, {{.*}}, 1, 1]
// CHECK: arith.cmpi ne, {{.*}} : vector<32xi16>
func.func @halves(%w: vector<1xi32>, %x: vector<32xi16>, %y: vector<32xi16>) -> vector<32xi16> {
  %m = vector.bitcast %w : vector<1xi32> to vector<32xi1>
  %z = arith.select %m, %x, %y : vector<32xi1>, vector<32xi16>
  return %z : vector<32xi16>
}

// Codes are no masks.
// CHECK-LABEL: @others(
// CHECK-NEXT: vector.bitcast
func.func @others(%w: vector<4xi8>) -> vector<1xi32> {
  %x = vector.bitcast %w : vector<4xi8> to vector<1xi32>
  return %x : vector<1xi32>
}
