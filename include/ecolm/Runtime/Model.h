//===- Model.h - What compiled models and programs agree on -----*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The one header through which compiled model code, the runtime's `main`, and
// a host program that links the model as an object or a shared library meet.
// It is C, includes nothing but <stdint.h>, and changes only with its version.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_RUNTIME_MODEL_H
#define ECOLM_RUNTIME_MODEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Version of every structure in this header.
#define ECOLM_ABI_VERSION 4

/// Largest tensor rank that crosses this interface.
#define ECOLM_MAX_RANK 8

/// Element types; the values are ONNX's TensorProto.DataType. An element of 2
/// or 4 bits lies in the low bits of a byte of its own, the others being zero.
typedef enum {
  ECOLM_F32 = 1,
  ECOLM_U8 = 2,
  ECOLM_I8 = 3,
  ECOLM_U16 = 4,
  ECOLM_I16 = 5,
  ECOLM_I32 = 6,
  ECOLM_I64 = 7,
  ECOLM_BOOL = 9,
  ECOLM_F16 = 10,
  ECOLM_F64 = 11,
  ECOLM_U32 = 12,
  ECOLM_U64 = 13,
  ECOLM_BF16 = 16,
  ECOLM_U4 = 21,
  ECOLM_I4 = 22,
  ECOLM_U2 = 25,
  ECOLM_I2 = 26
} ecolm_dtype;

/// Outcome of a call into model code.
typedef enum {
  ECOLM_OK = 0,
  /// An index operand lies outside the dimension it selects from.
  ECOLM_INDEX_OUT_OF_RANGE = 1,
  /// Two dynamic dimensions that must agree do not.
  ECOLM_SHAPE_MISMATCH = 2,
  /// A buffer could not be allocated.
  ECOLM_OUT_OF_MEMORY = 3,
  /// ECOLM_FIRST_CHECK + i: the model's own check `i` failed; `checks[i]` of
  /// its descriptor says where and why.
  ECOLM_FIRST_CHECK = 256
} ecolm_status;

/// What a model says of one of its inputs or outputs. A dimension of -1 is
/// dynamic.
typedef struct {
  const char *name;
  int32_t dtype;
  int32_t rank;
  int64_t dims[ECOLM_MAX_RANK];
} ecolm_tensor_spec;

/// A dense row-major tensor.
typedef struct {
  int32_t dtype;
  int32_t rank;
  int64_t dims[ECOLM_MAX_RANK];
  void *data;
} ecolm_tensor;

/// Kinds of tokenizer that a program can hold.
typedef enum {
  ECOLM_TOKENIZER_NONE = 0,
  /// One token per Unicode code point; `pieces[id]` is its UTF-8 form.
  ECOLM_TOKENIZER_CHARACTER = 1,
  /// A tokenizer.json; `code` reads `table`.
  ECOLM_TOKENIZER_TABLE = 2
} ecolm_tokenizer_kind;

/// The code behind a table. A function that returns text failed: the text says
/// why, and the caller frees it. A tokenizer serves one call at a time.
typedef struct {
  char *(*open)(const uint8_t *table, void **tokenizer);
  void (*close)(void *tokenizer);
  /// The ids of a text, whatever its bytes; what is not UTF-8 counts as U+FFFD.
  /// The caller frees `ids`.
  char *(*encode)(void *tokenizer, const char *text, uint64_t bytes,
                  int32_t add_special, int64_t **ids, int64_t *count);
  /// The text of ids, as UTF-8; unknown ids have none. The caller frees `text`.
  char *(*decode)(void *tokenizer, const int64_t *ids, int64_t count,
                  int32_t skip_special, char **text, uint64_t *bytes);
} ecolm_tokenizer_code;

/// What reads every table. Programs hold it if their descriptor names it.
extern const ecolm_tokenizer_code ecolm_table_tokenizer;

/// The vocabulary that travels inside the program. Ids run from 0 to `size`.
typedef struct {
  int32_t kind;
  int32_t size;
  const char *const *pieces;
  const uint8_t *table;
  const ecolm_tokenizer_code *code;
} ecolm_tokenizer;

/// A causal language model, compiled for incremental evaluation; or, without
/// `forward`, one whose every token takes an evaluation of the whole sequence
/// through `run`: its `max_chunk` is the context, and it needs no memory.
typedef struct {
  int64_t vocabulary_size;
  /// Largest number of tokens that a sequence may hold.
  int64_t context_length;
  /// Largest `count` that one call of `forward` takes.
  int64_t max_chunk;
  /// Bytes of key/value cache for one sequence. Needs no initialization.
  uint64_t cache_bytes;
  /// Bytes of scratch memory for one call. Needs no initialization.
  uint64_t workspace_bytes;

  /// Evaluates tokens `position ... position + count - 1` of one sequence and
  /// writes their logits (count x vocabulary_size). `cache` holds the keys and
  /// values of the tokens before and receives those of the new ones; both
  /// buffers are aligned to 64 bytes. The caller guarantees
  /// 0 < count <= max_chunk, position + count <= context_length and
  /// 0 <= ids[i] < vocabulary_size. Returns an ecolm_status; after a failure
  /// neither `logits` nor the new part of `cache` mean anything.
  int32_t (*forward)(const int64_t *ids, int64_t count, int64_t position,
                     float *logits, void *cache, void *workspace);
} ecolm_language_model;

/// Code for one processor: its name, and those of the instruction sets that the
/// code needs (ecolm/Runtime/ProcessorFeatures.def), ended by a null.
typedef struct {
  const char *cpu;
  const char *const *features;
} ecolm_variant;

/// A layer of a model that was compiled with --profile, and what it is expected
/// to cost. A call for T tokens after P others takes
/// `start_ns + max(weights_ns, T * token_ns + pairs * pair_ns)` nanoseconds,
/// where each token attends to itself and to all before it.
typedef struct {
  const char *name;
  const char *kind;
  const char *kernel;
  double start_ns;
  double weights_ns;
  double token_ns;
  double pair_ns;
} ecolm_layer;

/// The layers of such a model, the last one being all that is no layer, and the
/// nanoseconds that calls have spent in each since the program began.
typedef struct {
  int32_t num_layers;
  const ecolm_layer *layers;
  uint64_t *nanoseconds;
} ecolm_profile;

/// Everything a program knows of the model it holds. Exactly one of `run` and
/// the `forward` of `language_model` is set.
typedef struct {
  uint32_t abi_version;
  const char *name;
  /// What `info` prints: lines of `key: value`, and the same as JSON.
  const char *info_text;
  const char *info_json;

  int32_t num_inputs;
  int32_t num_outputs;
  const ecolm_tensor_spec *inputs;
  const ecolm_tensor_spec *outputs;

  /// Evaluates the model; returns an ecolm_status. The caller has checked
  /// dtype, rank and static dimensions of the inputs against `inputs`. On
  /// ECOLM_OK each output has its dims set and `data` allocated with malloc,
  /// owned by the caller; after a failure `outputs` is as it was.
  int32_t (*run)(const ecolm_tensor *inputs, ecolm_tensor *outputs);
  const ecolm_language_model *language_model;

  ecolm_tokenizer tokenizer;

  /// The weight section and the SHA-256 of its bytes.
  const uint8_t *weights;
  uint64_t weight_bytes;
  uint8_t weight_sha256[32];

  /// What the statuses from ECOLM_FIRST_CHECK on mean: the node of the model
  /// and what it met, as `node 'name': what`.
  int32_t num_checks;
  const char *const *checks;

  /// What --profile left, or null.
  const ecolm_profile *profile;

  /// After ECOLM_OUT_OF_MEMORY, the bytes of the buffer that was too large; or
  /// null for a model that allocates nothing.
  const double *missing_bytes;

  /// The processors that there is code for, from the least to the most; who
  /// calls it has checked that this one can run the first.
  int32_t num_variants;
  const ecolm_variant *variants;
} ecolm_model;

/// The model of this program or library.
extern const ecolm_model ecolm_model_descriptor;

/// Runs `body(captures, begin, end)` over a static partition of [0, count)
/// among the threads of the pool; called by model code. `cost` estimates the
/// work of one item in scalar operations, so that small loops stay on the
/// calling thread. A library built without the runtime's pool may define it
/// as the single call `body(captures, 0, count)`.
void ecolm_parallel_for(void (*body)(void *captures, int64_t begin,
                                     int64_t end),
                        void *captures, int64_t count, int64_t cost);

/// Called by models with code for several processors, once: the last of `count`
/// variants whose instruction sets this processor has, or the first. A library
/// built without the runtime may define it to return 0.
int32_t ecolm_choose_variant(const ecolm_variant *variants, int32_t count);

/// Called by code that was compiled with --profile: what the calling thread did
/// since its last call was work of the layer that it named then, and what comes
/// is work of layer `layer`, or of none if it is negative. Adds to
/// `nanoseconds`. A library built without the runtime may define it to do
/// nothing.
void ecolm_profile_mark(uint64_t *nanoseconds, int32_t layer);

/// For hosts of a shared library: restarts the pool with `threads` threads, the
/// calling one included, and returns how many there are. Without a call, the
/// first parallel loop starts one for each processor.
int32_t ecolm_set_threads(int32_t threads);

#ifdef __cplusplus
}
#endif

#endif // ECOLM_RUNTIME_MODEL_H
