//===- ModelInfo.cpp - What a program says of itself ----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Counts weights and layers of a compiled model.
//
//===----------------------------------------------------------------------===//

#include "ModelInfo.h"
#include "ecolm/Analysis/RecognitionReport.h"
#include "ecolm/Analysis/WeightBytes.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Dialect/ONNX/IR/QuotedName.h"
#include "ecolm/Runtime/Model.h"
#include "ecolm/Target/ModelDescriptor.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include <map>

using namespace mlir;
using namespace ecolm;

namespace {

/// Weights of one number format.
struct FormatCount {
  int64_t elements = 0;
  int64_t bytes = 0;

  double getBits() const { return elements ? 8.0 * bytes / elements : 0.0; }
};

} // namespace

static StringRef getFormatName(Type element) {
  if (isa<TernaryType>(element))
    return "ternary";
  if (isa<PotType>(element))
    return "power of two";
  return element.isF32() ? "f32" : "integer";
}

/// What numpy calls the type of an element.
static StringRef getTypeName(int32_t elementCode) {
  switch (elementCode) {
  case ECOLM_F16:
    return "float16";
  case ECOLM_BF16:
    return "bfloat16";
  case ECOLM_F32:
    return "float32";
  case ECOLM_F64:
    return "float64";
  case ECOLM_BOOL:
    return "bool";
  case ECOLM_I2:
    return "int2";
  case ECOLM_U2:
    return "uint2";
  case ECOLM_I4:
    return "int4";
  case ECOLM_U4:
    return "uint4";
  case ECOLM_I8:
    return "int8";
  case ECOLM_U8:
    return "uint8";
  case ECOLM_I16:
    return "int16";
  case ECOLM_U16:
    return "uint16";
  case ECOLM_I32:
    return "int32";
  case ECOLM_U32:
    return "uint32";
  case ECOLM_U64:
    return "uint64";
  default:
    return "int64";
  }
}

/// `float32 (?, 4)`.
static std::string describeTensor(const EntryTensor &tensor) {
  std::string text = getTypeName(tensor.elementCode).str();
  MemRefType type = tensor.type;
  text += " (";
  llvm::interleave(
      type.getShape(),
      [&](int64_t size) {
        text += ShapedType::isDynamic(size) ? "?" : std::to_string(size);
      },
      [&] { text += ", "; });
  return text + (type.getRank() == 1 ? ",)" : ")");
}

namespace {

/// Collects facts in both forms.
class InfoBuilder {
public:
  InfoBuilder(ModuleOp module, const llvm::TargetMachine &machine,
              ArrayRef<ProcessorNeeds> needs, const WeightSectionInfo &section,
              StringRef tokenizer)
      : module(module), machine(machine), needs(needs), section(section),
        tokenizer(tokenizer) {}

  ModelInfo build() {
    addOrigin();
    addTensors();
    if (!tokenizer.empty())
      add("tokenizer", tokenizer.str());
    addRecognition();
    addLayers();
    addWeights();
    if (signature.isLanguageModel)
      addSizes();
    return {text, llvm::formatv("{0:2}", llvm::json::Value(std::move(json)))};
  }

private:
  void add(StringRef key, llvm::json::Value value, const Twine &shown) {
    text += (key + ": " + shown + "\n").str();
    json[key] = std::move(value);
  }
  // Names come from the model; in lines they are of one line.
  void add(StringRef key, const std::string &value) {
    add(key, value, onnx::escapeName(value));
  }
  void add(StringRef key, int64_t value) { add(key, value, Twine(value)); }

  void addOrigin() {
    auto string = [&](StringRef name, StringRef otherwise) {
      auto attr = module->getAttrOfType<StringAttr>(name);
      return attr ? attr.getValue().str() : otherwise.str();
    };
    add("name", string("ecolm.name", "model"));
    add("model sha256", string("onnx.model_sha256", "unknown"));
    add("weights sha256", llvm::toHex(section.sha256, /*LowerCase=*/true));
    add("compiler", ("ecolm " + getCompilerVersion()).str());
    add("target", machine.getTargetTriple().str());
    std::string cpus;
    for (const ProcessorNeeds &need : needs)
      cpus += (cpus.empty() ? "" : ", ") + need.cpu;
    add("target cpu", cpus);
  }

  void addTensors() {
    auto addAll = [&](StringRef key, ArrayRef<EntryTensor> tensors) {
      llvm::json::Array list;
      for (const EntryTensor &tensor : tensors) {
        std::string kind = describeTensor(tensor);
        text += (key + ": " + onnx::escapeName(tensor.name) + " " + kind + "\n")
                    .str();
        list.push_back(llvm::json::Object{
            {"name", llvm::json::fixUTF8(tensor.name)}, {"type", kind}});
      }
      json[(key + "s").str()] = std::move(list);
    };
    addAll("input", signature.inputs);
    addAll("output", signature.outputs);
  }

  /// `1 f32 matmul, 24 ternary butterfly`, from the report that the recognize
  /// phase left.
  void addRecognition() {
    auto report = module->getAttrOfType<StringAttr>(kRecognitionAttrName);
    llvm::Expected<llvm::json::Value> value =
        llvm::json::parse(report ? report.getValue() : "{}");
    if (!value)
      return llvm::consumeError(value.takeError());
    std::map<std::string, int64_t> counts;
    const llvm::json::Object &object = *value->getAsObject();
    if (const llvm::json::Array *layers = object.getArray("layers"))
      for (const llvm::json::Value &layer : *layers)
        ++counts[(layer.getAsObject()->getString("format").value_or("") + " " +
                  layer.getAsObject()->getString("kind").value_or(""))
                     .str()];
    text += "recognized: ";
    if (counts.empty())
      text += "no linear layers";
    llvm::interleave(
        counts,
        [&](auto &entry) {
          text += std::to_string(entry.second) + " " + entry.first;
        },
        [&] { text += ", "; });
    text += "\n";
    if (const llvm::json::Object *total = object.getObject("total"))
      bitsInFile = total->getNumber("bits_per_weight").value_or(0);
    json["recognition"] = std::move(*value);
  }

  void addLayers() {
    int64_t layers = 0, removed = 0;
    for (auto function : module.getOps<LLVM::LLVMFuncOp>())
      layers += function->hasAttr("ecolm.quantized");
    // A low-bit weight meets one activation per token, and selects, adds or
    // shifts it where a float weight would multiply.
    for (auto weight : module.getOps<WeightOp>()) {
      auto type = cast<RankedTensorType>(weight.getType());
      if (isa<TernaryType, PotType>(type.getElementType()))
        removed += type.getNumElements();
    }
    add("quantized linear layers", layers);
    add("weight multiplications removed per token", removed);
  }

  void addWeights() {
    llvm::MapVector<StringRef, FormatCount> formats;
    FormatCount all;
    for (auto weight : module.getOps<WeightOp>()) {
      auto type = cast<RankedTensorType>(weight.getType());
      int64_t bytes =
          weight->getAttrOfType<IntegerAttr>("ecolm.bytes").getInt();
      for (FormatCount *count :
           {&formats[getFormatName(type.getElementType())], &all}) {
        count->elements += type.getNumElements();
        count->bytes += bytes;
      }
    }
    add("weights", all.elements);
    add("weight bytes", all.bytes);
    for (auto &[name, count] : formats) {
      add((name + " weights").str(), count.elements,
          Twine(count.elements) + ", " +
              llvm::formatv("{0:F2}", count.getBits()).str() + " bits each");
      json[(name + " bits per weight").str()] = count.getBits();
    }
    // Packed rows are padded to whole vectors.
    add("bits per weight", all.getBits(),
        llvm::formatv("{0:F2} as this program packs them, {1:F2} in the model",
                      all.getBits(), bitsInFile)
            .str());
    json["bits per weight in the model"] = bitsInFile;
  }

  void addSizes() {
    auto integer = [](Operation *op, StringRef name) {
      auto attr = op ? op->getAttrOfType<IntegerAttr>(name) : IntegerAttr();
      return attr ? attr.getInt() : 0;
    };
    Operation *main = module.lookupSymbol("ecolm_main");
    add("vocabulary", signature.outputs[0].type.getShape().back());
    add("context length", integer(module, "ecolm.context_length"));
    add("tokens in one call", integer(main, "ecolm.max_chunk"));
    add("key/value cache bytes", integer(module, "ecolm.cache_bytes"));
    add("workspace bytes", integer(main, "ecolm.workspace_bytes"));
  }

  ModuleOp module;
  const llvm::TargetMachine &machine;
  ArrayRef<ProcessorNeeds> needs;
  const WeightSectionInfo &section;
  StringRef tokenizer;
  EntrySignature signature = getEntrySignature(module);
  llvm::json::Object json;
  std::string text;
  double bitsInFile = 0;
};

} // namespace

ModelInfo ecolm::describeModel(ModuleOp module,
                               const llvm::TargetMachine &machine,
                               ArrayRef<ProcessorNeeds> needs,
                               const WeightSectionInfo &section,
                               StringRef tokenizer) {
  return InfoBuilder(module, machine, needs, section, tokenizer).build();
}

void ecolm::writeModelHeader(ModuleOp module, ArrayRef<std::string> needed,
                             raw_ostream &out) {
  EntrySignature signature = getEntrySignature(module);
  out << "/* A model compiled by ecolm " << getCompilerVersion() << ".\n"
      << " * ecolm_model_descriptor says what it takes and gives; the types "
         "are in ecolm/Runtime/Model.h.\n"
      << " * An object is linked with libEcoLMRuntime.a, -lm and -lpthread; a "
         "library holds them.\n";
  if (!needed.empty())
    out << " * Without them, the host defines what it calls: "
        << llvm::join(needed, ", ") << ".\n";
  out << " *\n";
  auto describe = [&](StringRef kind, ArrayRef<EntryTensor> tensors) {
    for (const EntryTensor &tensor : tensors) {
      std::string quoted = onnx::quoteName(tensor.name);
      // No name ends the comment.
      for (size_t at; (at = quoted.find("*/")) != std::string::npos;)
        quoted.insert(at + 1, " ");
      out << " * " << kind << " " << quoted << ": " << describeTensor(tensor)
          << "\n";
    }
  };
  describe("input", signature.inputs);
  describe("output", signature.outputs);
  out << " */\n"
      << "#ifndef ECOLM_COMPILED_MODEL_H\n#define ECOLM_COMPILED_MODEL_H\n\n"
      << "#include \"ecolm/Runtime/Model.h\"\n\n"
      << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  if (signature.isLanguageModel)
    out << "int32_t ecolm_forward(const int64_t *ids, int64_t count, int64_t "
           "position,\n                      float *logits, void *cache, void "
           "*workspace);\n";
  else
    out << "int32_t ecolm_run(const ecolm_tensor *inputs, ecolm_tensor "
           "*outputs);\n";
  out << "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
}
