// RUN: ecolm-opt %s --convert-ecolm-to-vector --split-input-file --verify-diagnostics

func.func @wide_range(%x: tensor<4xf32>) -> tensor<4x!ecolm.pot<min = -30, max = 1>> {
  // expected-error @below {{'ecolm.log_quantize' op spans 32 exponents, but 32-bit accumulators hold 31}}
  // expected-error @below {{failed to legalize operation 'ecolm.log_quantize'}}
  %q = ecolm.log_quantize %x : tensor<4xf32> -> tensor<4x!ecolm.pot<min = -30, max = 1>>
  return %q : tensor<4x!ecolm.pot<min = -30, max = 1>>
}

// -----

func.func @butterfly_unpacked(%x: tensor<2x16xf32>, %f: tensor<1x16x16x1x!ecolm.ternary>)
    -> tensor<2x16xf32> {
  // expected-error @below {{'ecolm.butterfly' op expects factors packed with 16 lanes}}
  // expected-error @below {{failed to legalize operation 'ecolm.butterfly'}}
  %y = ecolm.butterfly %x, %f
      : (tensor<2x16xf32>, tensor<1x16x16x1x!ecolm.ternary>) -> tensor<2x16xf32>
  return %y : tensor<2x16xf32>
}

// -----

!f = tensor<1x16x16x1x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 8>>
func.func @factor_of_eight_lanes(%x: tensor<2x16xf32>, %f: !f) -> tensor<2x16xf32> {
  // expected-error @below {{'ecolm.butterfly_factor' op expects values packed with 16 lanes}}
  // expected-error @below {{failed to legalize operation 'ecolm.butterfly_factor'}}
  %y = ecolm.butterfly_factor %x, %f : tensor<2x16xf32>, !f -> tensor<2x16xf32>
  return %y : tensor<2x16xf32>
}

// -----

!w = tensor<16x16x!ecolm.ternary, #ecolm.packed<base3, lanes = 16>>
func.func @matmul_of_five_to_a_byte(%x: tensor<2x16xi8>, %w: !w) -> tensor<2x16xi32> {
  // expected-error @below {{'ecolm.matmul' op expects weights packed with 16 lanes}}
  // expected-error @below {{failed to legalize operation 'ecolm.matmul'}}
  %y = ecolm.matmul %x, %w : tensor<2x16xi8>, !w -> tensor<2x16xi32>
  return %y : tensor<2x16xi32>
}

// -----

ecolm.weight @gamma : tensor<4xf32> = dense<1.0> : tensor<4xf32>
func.func @weight_without_a_place() {
  // expected-error @below {{'ecolm.get_weight' op names a weight without a place in the weight section; run ecolm-place-weights first}}
  // expected-error @below {{failed to legalize operation 'ecolm.get_weight'}}
  %w = ecolm.get_weight @gamma : tensor<4xf32>
  return
}

// -----

func.func @short_cache(%q: tensor<1x?x8xf32>, %k: tensor<1x?x8xf32>, %v: tensor<1x?x8xf32>,
                       %at: index, %kc: memref<1x2x8x10xf32>, %vc: memref<1x20x8xf32>) {
  // expected-error @below {{'ecolm.cached_attention' op needs a cache of keys in blocks of 16 positions, but found 'memref<1x2x8x10xf32>'}}
  // expected-error @below {{failed to legalize operation 'ecolm.cached_attention'}}
  %y = ecolm.cached_attention %q, %k, %v at %at cache %kc, %vc heads 1 kv_heads 1 scale 1.0
      : tensor<1x?x8xf32>, tensor<1x?x8xf32>, tensor<1x?x8xf32>,
        memref<1x2x8x10xf32>, memref<1x20x8xf32>
  return
}

// -----

func.func @layer_norm_of_any_length(%x: tensor<2x?xf32>, %g: tensor<?xf32>) -> tensor<2x?xf32> {
  // expected-error @below {{'ecolm.layer_norm' op needs a static last dimension}}
  // expected-error @below {{failed to legalize operation 'ecolm.layer_norm'}}
  %y = ecolm.layer_norm %x, %g epsilon 1.0e-05 : tensor<2x?xf32>, tensor<?xf32>
  return %y : tensor<2x?xf32>
}

// -----

func.func @quantize_int8_of_any_length(%x: tensor<2x?xf32>) {
  // expected-error @below {{'ecolm.quantize_int8' op needs a static last dimension}}
  // expected-error @below {{failed to legalize operation 'ecolm.quantize_int8'}}
  %c, %s = ecolm.quantize_int8 %x : tensor<2x?xf32> -> tensor<2x?xi8>, tensor<2xf32>
  return
}

// -----

func.func @rms_norm_of_any_length(%x: tensor<2x?xf32>, %g: tensor<?xf32>) -> tensor<2x?xf32> {
  // expected-error @below {{'ecolm.rms_norm' op needs a static last dimension}}
  // expected-error @below {{failed to legalize operation 'ecolm.rms_norm'}}
  %y = ecolm.rms_norm %x, %g epsilon 1.0e-05 : tensor<2x?xf32>, tensor<?xf32>
  return %y : tensor<2x?xf32>
}

// -----

!w = tensor<16x16xi4, #ecolm.packed<nibbles, lanes = 16>>
func.func @scales_without_a_layout(%x: tensor<2x16xf32>, %w: !w, %s: tensor<16x2xf32>) -> tensor<2x16xf32> {
  // expected-error @below {{'ecolm.group_matmul' op expects weights, scales and offsets packed with 16 lanes}}
  // expected-error @below {{failed to legalize operation 'ecolm.group_matmul'}}
  %y = ecolm.group_matmul %x, %w scales %s group 8 : tensor<2x16xf32>, !w, tensor<16x2xf32> -> tensor<2x16xf32>
  return %y : tensor<2x16xf32>
}

// -----

func.func @table_without_a_layout(%ids: tensor<?xindex>, %w: tensor<16x16xi4>, %s: tensor<16x2xf32>) -> tensor<?x16xf32> {
  // expected-error @below {{'ecolm.embedding' op expects a table packed in row-major order}}
  // expected-error @below {{failed to legalize operation 'ecolm.embedding'}}
  %y = ecolm.embedding %ids, %w scales %s group 8 : tensor<?xindex>, tensor<16x16xi4>, tensor<16x2xf32> -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}
