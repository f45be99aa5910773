// RUN: ecolm-opt %s --ecolm-quantize-model="recipe=int4:group=2,zero_point=no,scale=max exclude=head" --split-input-file | FileCheck %s --check-prefix=INT4
// RUN: ecolm-opt %s --ecolm-quantize-model="recipe=ternary:rule=twn include=^wte|^small$" --split-input-file | FileCheck %s --check-prefix=TERNARY
// RUN: ecolm-opt %s --ecolm-quantize-model="recipe=pot4:terms=2,group=row,scale=max,rotate=hadamard" --split-input-file | FileCheck %s --check-prefix=POT
// RUN: ecolm-opt %s --ecolm-quantize-model="recipe=int8:zero_point=yes,scale=max" --split-input-file | FileCheck %s --check-prefix=OFFSETS

// Rows of 7, -3 and 1, 0.5: scales 1 and 1/7; codes 7, -3 and 7, 3 (a seventh is rounded up).
// INT4: module attributes {ecolm.quantized_layers = [{bits = 2.000000e+01 : f64, error = {{.*}}, inputs = 4 : i64, name = "small", outputs = 1 : i64, recipe = "int4:group=2,zero_point=no,scale=max"}]}
// INT4-DAG: ecolm.weight @small.codes : tensor<1x4xi4> = dense<[215, 55]> : tensor<2xui8> packing <nibbles>
// INT4-DAG: ecolm.weight @small.scales : tensor<1x2xf32> = dense<{{.}}[1.000000e+00, 0.142857149]]>
// INT4-LABEL: func @products
// INT4: ecolm.group_matmul %{{.*}}, %{{.*}} scales %{{.*}} group 2 : tensor<?x4xf32>, tensor<1x4xi4>, tensor<1x2xf32> -> tensor<?x1xf32>
// INT4: ecolm.matmul %{{.*}}, %{{.*}} : tensor<?x4xf32>, tensor<2x4xf32>

// One scale for the tensor multiplies the sum.
// TERNARY-DAG: ecolm.weight @small.codes : tensor<1x4x!ecolm.ternary> = dense<82> : tensor<1xui8> packing <codes2>
// TERNARY-DAG: ecolm.weight @small.scales : tensor<1xf32> = dense<5.000000e+00>
// TERNARY-LABEL: func @products
// TERNARY: %[[Y:.*]] = ecolm.matmul %{{.*}}, %{{.*}} : tensor<?x4xf32>, tensor<1x4x!ecolm.ternary>
// TERNARY: linalg.generic {{.*}} ins(%[[Y]], %{{.*}} : tensor<?x1xf32>, tensor<1xf32>)

// Two terms are two products; a row of four is rotated in two stages.
// POT-DAG: ecolm.weight @hadamard_4_1 : tensor<2x2x2x1x!ecolm.ternary> = dense<{{.*}}> : tensor<2x2x2x1xi8> packing <bytes>
// POT-DAG: ecolm.weight @hadamard_4_2 : tensor<1x2x2x2x!ecolm.ternary> = dense<{{.}}[{{.}}[1, 1], [1, 1]], {{.}}[1, 1], [-1, -1]]]]> : tensor<1x2x2x2xi8> packing <bytes>
// POT-DAG: ecolm.weight @small.codes : tensor<1x4x!ecolm.pot<min = -6, max = 0>> = {{.*}} packing <nibbles>
// POT-DAG: ecolm.weight @small.codes_0
// POT-LABEL: func @products
// POT: %[[A:.*]] = ecolm.butterfly_factor %{{.*}}, %{{.*}} : tensor<?x4xf32>, tensor<2x2x2x1x!ecolm.ternary>
// POT: %[[B:.*]] = ecolm.butterfly_factor %[[A]], %{{.*}} : tensor<?x4xf32>, tensor<1x2x2x2x!ecolm.ternary>
// POT: %[[FIRST:.*]] = ecolm.matmul %[[B]]
// POT: %[[SECOND:.*]] = ecolm.matmul %[[B]]
// POT: %[[SUM:.*]] = arith.addf %[[FIRST]], %[[SECOND]]
// POT: linalg.generic {{.*}} ins(%[[SUM]], %{{.*}} : tensor<?x1xf32>, tensor<1xf32>)

// A row with a zero point is a group of its own.
// OFFSETS-DAG: ecolm.weight @small.codes : tensor<1x4xi8>
// OFFSETS-DAG: ecolm.weight @small.offsets : tensor<1x1xf32>
// OFFSETS-LABEL: func @products
// OFFSETS: ecolm.group_matmul %{{.*}}, %{{.*}} scales %{{.*}} offsets %{{.*}} group 4
ecolm.weight @small : tensor<1x4xf32> = dense<[[7.0, -3.0, 1.0, 0.5]]> : tensor<1x4xf32>
ecolm.weight @head : tensor<2x4xf32> = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]> : tensor<4x2xf32> transposed
func.func @products(%x: tensor<?x4xf32>) -> (tensor<?x1xf32>, tensor<?x2xf32>) {
  %w = ecolm.get_weight @small : tensor<1x4xf32>
  %h = ecolm.get_weight @head : tensor<2x4xf32>
  %y = ecolm.matmul %x, %w : tensor<?x4xf32>, tensor<1x4xf32> -> tensor<?x1xf32>
  %z = ecolm.matmul %x, %h : tensor<?x4xf32>, tensor<2x4xf32> -> tensor<?x2xf32>
  return %y, %z : tensor<?x1xf32>, tensor<?x2xf32>
}

// -----

// A matrix that is also an embedding stays for that; two products share its codes.
// INT4-LABEL: func @tied
// INT4: %[[ROWS:.*]] = ecolm.get_weight @wte : tensor<2x4xf32>
// INT4: tensor.extract %[[ROWS]]
// INT4-COUNT-2: ecolm.get_weight @wte.codes : tensor<2x4xi4>
ecolm.weight @wte : tensor<2x4xf32> = dense<1.0> : tensor<2x4xf32>
func.func @tied(%x: tensor<2x4xf32>, %i: index) -> (f32, tensor<2x2xf32>, tensor<2x2xf32>) {
  %w = ecolm.get_weight @wte : tensor<2x4xf32>
  %0 = tensor.extract %w[%i, %i] : tensor<2x4xf32>
  %1 = ecolm.matmul %x, %w : tensor<2x4xf32>, tensor<2x4xf32> -> tensor<2x2xf32>
  %2 = ecolm.matmul %x, %w : tensor<2x4xf32>, tensor<2x4xf32> -> tensor<2x2xf32>
  return %0, %1, %2 : f32, tensor<2x2xf32>, tensor<2x2xf32>
}

// -----

// An embedding reads codes too; scales of the tensor are those of each row.
// INT4-LABEL: func @embedding
// INT4: ecolm.embedding %{{.*}}, %{{.*}} scales %{{.*}} group 2 : tensor<?xindex>, tensor<2x4xi4>, tensor<2x2xf32> -> tensor<?x4xf32>
// TERNARY: ecolm.weight @wte.row_scales : tensor<2x1xf32> = dense<1.000000e+00>
// TERNARY-LABEL: func @embedding
// TERNARY: ecolm.embedding %{{.*}}, %{{.*}} scales %{{.*}} group 4 : tensor<?xindex>, tensor<2x4x!ecolm.ternary>, tensor<2x1xf32> -> tensor<?x4xf32>
// A rotated table would have to be rotated back.
// POT-LABEL: func @embedding
// POT: tensor.extract
ecolm.weight @wte : tensor<2x4xf32> = dense<1.0> : tensor<2x4xf32>
func.func @embedding(%ids: tensor<?xindex>, %n: index, %x: tensor<1x4xf32>) -> (tensor<?x4xf32>, tensor<1x2xf32>) {
  %w = ecolm.get_weight @wte : tensor<2x4xf32>
  %init = tensor.empty(%n) : tensor<?x4xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%ids : tensor<?xindex>) outs(%init : tensor<?x4xf32>) {
  ^bb0(%id: index, %out: f32):
    %k = linalg.index 1 : index
    %e = tensor.extract %w[%id, %k] : tensor<2x4xf32>
    linalg.yield %e : f32
  } -> tensor<?x4xf32>
  %h = ecolm.matmul %x, %w : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
  return %y, %h : tensor<?x4xf32>, tensor<1x2xf32>
}
