// RUN: ecolm-opt %s --allow-unregistered-dialect --ecolm-merge-equal-operations | FileCheck %s

// What loops over one shape capture, and the constants within, tell them apart.
// CHECK-LABEL: func @regions
// CHECK-SAME: %[[N:.*]]: index, %[[A:.*]]: f32, %[[B:.*]]: f32
func.func @regions(%n: index, %a: f32, %b: f32)
    -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) {
  // CHECK: %[[FIRST:.*]] = tensor.generate
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: yield %[[A]]
  %0 = tensor.generate %n { ^bb0(%i: index): tensor.yield %a : f32 } : tensor<?xf32>
  // CHECK: %[[SECOND:.*]] = tensor.generate
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: yield %[[B]]
  %1 = tensor.generate %n { ^bb0(%i: index): tensor.yield %b : f32 } : tensor<?xf32>
  // CHECK-NOT: yield %[[A]]
  %2 = tensor.generate %n { ^bb0(%j: index): tensor.yield %a : f32 } : tensor<?xf32>
  // CHECK: %[[THIRD:.*]] = tensor.generate
  %3 = tensor.generate %n { ^bb0(%i: index):
    %c = arith.constant 3.0 : f32
    tensor.yield %c : f32 } : tensor<?xf32>
  // CHECK: return %[[FIRST]], %[[SECOND]], %[[FIRST]], %[[THIRD]]
  return %0, %1, %2, %3 : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}

// What is there outside is there inside, and not the other way round.
// CHECK-LABEL: func @nested
// CHECK: %[[OUTER:.*]] = arith.addi
// CHECK: scf.if
// CHECK-NEXT: "test.use"(%[[OUTER]])
// CHECK-NEXT: %[[INNER:.*]] = arith.muli
// CHECK-NEXT: "test.use"(%[[INNER]])
// CHECK: else
// CHECK-NEXT: %[[OTHER:.*]] = arith.muli
// CHECK-NEXT: "test.use"(%[[OTHER]])
// CHECK: %[[LAST:.*]] = arith.muli
// CHECK: return %[[LAST]]
func.func @nested(%c: i1, %a: i32, %b: i32) -> i32 {
  %0 = arith.addi %a, %b : i32
  "test.use"(%0) : (i32) -> ()
  scf.if %c {
    %1 = arith.addi %b, %a : i32
    "test.use"(%1) : (i32) -> ()
    %2 = arith.muli %a, %b : i32
    "test.use"(%2) : (i32) -> ()
  } else {
    %3 = arith.muli %a, %b : i32
    "test.use"(%3) : (i32) -> ()
  }
  %4 = arith.muli %a, %b : i32
  return %4 : i32
}

// Of two blocks neither is known to come first.
// CHECK-LABEL: func @blocks
// CHECK: arith.addi
// CHECK: cf.br
// CHECK: arith.addi
func.func @blocks(%a: i32) -> i32 {
  %0 = arith.addi %a, %a : i32
  "test.use"(%0) : (i32) -> ()
  cf.br ^bb1
^bb1:
  %1 = arith.addi %a, %a : i32
  return %1 : i32
}

// What has effects stays, and so does the first of each kind; what nobody uses
// goes.
// CHECK-LABEL: func @effects
// CHECK-COUNT-2: memref.load
// CHECK-NOT: arith.addf
func.func @effects(%m: memref<f32>, %f: f32) -> (f32, f32) {
  %0 = memref.load %m[] : memref<f32>
  memref.store %f, %m[] : memref<f32>
  %1 = memref.load %m[] : memref<f32>
  %2 = arith.addf %0, %1 : f32
  return %0, %1 : f32, f32
}

// CHECK-LABEL: func @one
// CHECK: arith.constant 7
func.func @one() -> i32 {
  %0 = arith.constant 7 : i32
  return %0 : i32
}

// CHECK-LABEL: func @functions_share_nothing
// CHECK: arith.constant 7
func.func @functions_share_nothing() -> i32 {
  %0 = arith.constant 7 : i32
  return %0 : i32
}
