// RUN: ecolm-opt %s --ecolm-parallelize-rows="min-row=16 min-elements=64" --split-input-file | FileCheck %s

#row = affine_map<(b, i, j) -> (b, i, j)>
#scale = affine_map<(b, i, j) -> (b, i)>

// A thread for some of the rows, behind the batch of one.
// CHECK-LABEL: func.func @main(
// CHECK: scf.forall (%[[I:.*]]) in (%{{.*}}) {
// CHECK: %[[X:.*]] = memref.subview %arg0[0, %[[I]], 0] [1, 1, 16] [1, 1, 1]
// CHECK: %[[S:.*]] = memref.subview %arg1[0, %[[I]]] [1, 1] [1, 1]
// CHECK: linalg.generic {{.*}} ins(%[[X]], %[[S]] :
// CHECK: }
// CHECK: return
func.func @main(%x: memref<1x?x16xf32>, %s: memref<1x?xf32>, %y: memref<1x?x16xf32>) {
  linalg.generic {indexing_maps = [#row, #scale, #row], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %s : memref<1x?x16xf32>, memref<1x?xf32>) outs(%y : memref<1x?x16xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %c = arith.mulf %a, %b : f32
    linalg.yield %c : f32
  }
  return
}

// -----

// A sum over the last axis is one row's business, too; indices are those of the whole.
// CHECK-LABEL: func.func @main(
// CHECK: scf.forall (%[[I:.*]]) in (4) {
// CHECK: linalg.generic
// CHECK: %[[ZERO:.*]] = linalg.index 0
// CHECK: affine.apply #{{.*}}(%[[I]])[%[[ZERO]]]
// CHECK: return
func.func @main(%x: memref<4x16xf32>, %y: memref<4xindex>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<4x16xf32>) outs(%y : memref<4xindex>) {
  ^bb0(%a: f32, %out: index):
    %i = linalg.index 0 : index
    %sum = arith.addi %out, %i : index
    linalg.yield %sum : index
  }
  return
}

// -----

// What stays: short rows, few of them, a sum over rows, and what checks.
// CHECK-LABEL: func.func @main(
// CHECK-NOT: scf.forall
// CHECK: return
func.func @main(%short: memref<?x8xf32>, %few: memref<2x16xf32>, %wide: memref<4x16xf32>, %y: memref<16xf32>, %ok: i1) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%short : memref<?x8xf32>)
  linalg.fill ins(%zero : f32) outs(%few : memref<2x16xf32>)
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>], iterator_types = ["reduction", "parallel"]}
      ins(%wide : memref<4x16xf32>) outs(%y : memref<16xf32>) {
  ^bb0(%a: f32, %out: f32):
    %sum = arith.addf %a, %out : f32
    linalg.yield %sum : f32
  }
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} outs(%wide : memref<4x16xf32>) {
  ^bb0(%out: f32):
    cf.assert %ok, "checked"
    linalg.yield %zero : f32
  }
  return
}
