//===- general_host.c - A C program around a compiled model ---------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Calls a model through its header: x [n, 3] plus z [m, 3], with as many rows
// as the two arguments say.
//
//===----------------------------------------------------------------------===//

#include "model.h"

#include <stdio.h>
#include <stdlib.h>

static ecolm_tensor ones(int64_t rows) {
  ecolm_tensor tensor = {ECOLM_F32, 2, {rows, 3}, 0};
  float *data = malloc((size_t)rows * 3 * sizeof(float));
  for (int64_t i = 0; i < 3 * rows; ++i)
    data[i] = 1.0f;
  tensor.data = data;
  return tensor;
}

int main(int argc, char **argv) {
  const ecolm_model *model = &ecolm_model_descriptor;
  if (argc != 3 || model->abi_version != ECOLM_ABI_VERSION ||
      model->run != ecolm_run || model->num_inputs != 2)
    return 1;
  ecolm_set_threads(2);
  ecolm_tensor inputs[2] = {ones(atoi(argv[1])), ones(atoi(argv[2]))};
  ecolm_tensor output = {ECOLM_F32, 2, {0}, 0};
  int32_t status = ecolm_run(inputs, &output);
  if (status == ECOLM_OK)
    printf("%lld rows of %g\n", (long long)output.dims[0],
           ((float *)output.data)[0]);
  else if (status >= ECOLM_FIRST_CHECK)
    printf("status %d: %s\n", status,
           model->checks[status - ECOLM_FIRST_CHECK]);
  free(inputs[0].data);
  free(inputs[1].data);
  free(output.data);
  return 0;
}
