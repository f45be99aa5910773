ecolm.weight @f : tensor<1x2x2x32x!ecolm.ternary> = dense<85> : tensor<32xui8> packing <codes2>
func.func @main(%x: tensor<2x64xi8>) -> tensor<2x64xi32> {
  %f = ecolm.get_weight @f : tensor<1x2x2x32x!ecolm.ternary>
  %y = ecolm.butterfly %x, %f : (tensor<2x64xi8>, tensor<1x2x2x32x!ecolm.ternary>) -> tensor<2x64xi32>
  return %y : tensor<2x64xi32>
}
