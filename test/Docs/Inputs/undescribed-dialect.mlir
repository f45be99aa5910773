// The one example of undescribed-dialect.td that is held by a test.
planted.tested %x : tensor<4xf32>
