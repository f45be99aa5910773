//===- ModelDescriptor.cpp - The descriptor of a model --------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds the constant structures of include/ecolm/Runtime/Model.h.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/ModelDescriptor.h"
#include "ecolm/Analysis/LayerRecord.h"
#include "ecolm/Conversion/EcoLMToVector/EcoLMToVector.h"
#include "ecolm/Runtime/Model.h"
#include "ecolm/Target/CPU/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/IR/Constants.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace ecolm;

static llvm::Error refuseTokenizer(const Twine &why) {
  return llvm::createStringError("the metadata entry ecolm.tokenizer " + why +
                                 "; export the model again, with {\"type\": "
                                 "\"char\", \"vocab\": [...]}");
}

/// The characters of a tokenizer, each of them once.
static llvm::Expected<SmallVector<std::string>> parseVocabulary(StringRef text,
                                                                int64_t limit) {
  auto value = llvm::json::parse(text);
  if (!value)
    return refuseTokenizer("is not JSON: " + llvm::toString(value.takeError()));
  const llvm::json::Object *object = value->getAsObject();
  const llvm::json::Array *list = object ? object->getArray("vocab") : nullptr;
  if (!list || object->getString("type") != "char")
    return refuseTokenizer("has another form than is known");
  if (list->empty() || static_cast<int64_t>(list->size()) > limit)
    return refuseTokenizer("has " + Twine(list->size()) +
                           " characters for a model of " + Twine(limit) +
                           " tokens");
  SmallVector<std::string> pieces;
  llvm::StringMap<size_t> places;
  for (const llvm::json::Value &entry : *list) {
    std::string piece = entry.getAsString().value_or("").str();
    // In UTF-8 each character has one byte that is not 0b10xxxxxx.
    if (llvm::count_if(piece, [](char c) { return (c & 0xC0) != 0x80; }) != 1)
      return refuseTokenizer("has an entry " + Twine(pieces.size()) +
                             " that is not one character");
    auto [place, isNew] = places.try_emplace(piece, pieces.size());
    if (!isNew)
      return refuseTokenizer("has the same character as entries " +
                             Twine(place->second) + " and " +
                             Twine(pieces.size()));
    pieces.push_back(piece);
  }
  return pieces;
}

namespace {

/// Constants of one LLVM module. Field order follows the header.
class DescriptorBuilder {
public:
  DescriptorBuilder(ModuleOp module, llvm::Module &code)
      : module(module), code(code), context(code.getContext()),
        i8(llvm::Type::getInt8Ty(context)),
        i32(llvm::Type::getInt32Ty(context)),
        i64(llvm::Type::getInt64Ty(context)),
        pointer(llvm::PointerType::get(context, 0)) {}

  llvm::Constant *int32(int64_t value) {
    return llvm::ConstantInt::getSigned(i32, value);
  }
  llvm::Constant *int64(int64_t value) {
    return llvm::ConstantInt::getSigned(i64, value);
  }
  llvm::Constant *null() { return llvm::ConstantPointerNull::get(pointer); }

  llvm::Constant *global(llvm::Constant *value, StringRef name) {
    auto *variable = new llvm::GlobalVariable(
        code, value->getType(), /*isConstant=*/true,
        llvm::GlobalValue::PrivateLinkage, value, name);
    return variable;
  }
  llvm::Constant *string(StringRef text) {
    return global(llvm::ConstantDataArray::getString(context, text), "text");
  }
  llvm::Constant *pointers(ArrayRef<llvm::Constant *> values) {
    auto *type = llvm::ArrayType::get(pointer, values.size());
    return global(llvm::ConstantArray::get(type, values), "table");
  }
  llvm::Constant *record(ArrayRef<llvm::Constant *> fields) {
    return llvm::ConstantStruct::getAnon(context, fields);
  }
  llvm::Constant *function(StringRef name) {
    llvm::Function *found = code.getFunction(name);
    return found ? static_cast<llvm::Constant *>(found) : null();
  }

  /// ecolm_tensor_spec
  llvm::Constant *tensorSpec(StringRef name, MemRefType type, int32_t code) {
    SmallVector<llvm::Constant *> dims;
    for (int64_t size : type.getShape())
      dims.push_back(int64(ShapedType::isDynamic(size) ? -1 : size));
    dims.resize(ECOLM_MAX_RANK, int64(0));
    auto *dimsType = llvm::ArrayType::get(i64, ECOLM_MAX_RANK);
    return record({string(name), int32(code), int32(type.getRank()),
                   llvm::ConstantArray::get(dimsType, dims)});
  }

  /// One specification for each of `tensors`.
  llvm::Constant *tensorSpecs(ArrayRef<EntryTensor> tensors) {
    SmallVector<llvm::Constant *> specs;
    for (const EntryTensor &tensor : tensors)
      specs.push_back(tensorSpec(tensor.name, tensor.type, tensor.elementCode));
    if (specs.empty())
      return null();
    auto *type = llvm::ArrayType::get(specs[0]->getType(), specs.size());
    return global(llvm::ConstantArray::get(type, specs), "tensors");
  }

  /// ecolm_tokenizer of the bytes of a table.
  llvm::Constant *tableTokenizer(const TokenizerTable &tokenizer) {
    auto *bytes = new llvm::GlobalVariable(
        code, llvm::ArrayType::get(i8, tokenizer.bytes.size()),
        /*isConstant=*/true, llvm::GlobalValue::PrivateLinkage,
        llvm::ConstantDataArray::getString(context, tokenizer.bytes,
                                           /*AddNull=*/false),
        "tokenizer");
    bytes->setAlignment(llvm::Align(8));
    return record({int32(ECOLM_TOKENIZER_TABLE), int32(tokenizer.numIds),
                   null(), bytes,
                   code.getOrInsertGlobal("ecolm_table_tokenizer", pointer)});
  }

  /// ecolm_tokenizer, from the JSON that the exporter wrote, for a model that
  /// knows `limit` tokens.
  llvm::Expected<llvm::Constant *> tokenizer(int64_t limit) {
    auto text = module->getAttrOfType<StringAttr>("ecolm.tokenizer");
    if (!text)
      return record(
          {int32(ECOLM_TOKENIZER_NONE), int32(0), null(), null(), null()});
    llvm::Expected<SmallVector<std::string>> vocabulary =
        parseVocabulary(text, limit);
    if (!vocabulary)
      return vocabulary.takeError();
    SmallVector<llvm::Constant *> pieces;
    for (const std::string &piece : *vocabulary)
      pieces.push_back(string(piece));
    return record({int32(ECOLM_TOKENIZER_CHARACTER), int32(pieces.size()),
                   pointers(pieces), null(), null()});
  }

  /// Messages of the model's checks.
  ArrayRef<Attribute> getChecks() {
    auto checks = module->getAttrOfType<ArrayAttr>("ecolm.checks");
    return checks ? checks.getValue() : ArrayRef<Attribute>();
  }
  llvm::Constant *strings(ArrayRef<Attribute> texts) {
    SmallVector<llvm::Constant *> pointed;
    for (Attribute text : texts)
      pointed.push_back(string(cast<StringAttr>(text)));
    return pointed.empty() ? null() : pointers(pointed);
  }

  int64_t getModuleInt(StringRef name) {
    auto attr = module->getAttrOfType<IntegerAttr>(name);
    return attr ? attr.getInt() : 0;
  }

  /// ecolm_language_model without `forward`.
  llvm::Constant *wholeLanguageModel(MemRefType logits) {
    llvm::Constant *context = int64(getModuleInt("ecolm.context_length"));
    return global(record({int64(logits.getShape().back()), context, context,
                          int64(0), int64(0), null()}),
                  "language_model");
  }

  /// ecolm_language_model
  llvm::Constant *languageModel(MemRefType logits) {
    auto main = module.lookupSymbol<LLVM::LLVMFuncOp>("ecolm_main");
    auto mainInt = [&](StringRef name) {
      auto attr = main ? main->getAttrOfType<IntegerAttr>(name) : IntegerAttr();
      return int64(attr ? attr.getInt() : 0);
    };
    return global(
        record({int64(logits.getShape().back()),
                int64(getModuleInt("ecolm.context_length")),
                mainInt("ecolm.max_chunk"),
                int64(getModuleInt("ecolm.cache_bytes")),
                mainInt("ecolm.workspace_bytes"), function("ecolm_forward")}),
        "language_model");
  }

  llvm::Constant *real(double value) {
    return llvm::ConstantFP::get(llvm::Type::getDoubleTy(context), value);
  }

  /// ecolm_profile, or null if no layer is timed.
  llvm::Constant *profile() {
    llvm::GlobalVariable *times =
        code.getGlobalVariable(kLayerTimes, /*AllowInternal=*/true);
    if (!times)
      return null();
    SmallVector<llvm::Constant *> layers;
    for (const LayerRecord &layer : recallLayers(module))
      layers.push_back(
          record({string(layer.name), string(layer.kind), string(layer.kernel),
                  real(layer.startTime), real(layer.weightTime),
                  real(layer.tokenTime), real(layer.pairTime)}));
    auto *type = llvm::ArrayType::get(layers[0]->getType(), layers.size());
    return global(
        record({int32(layers.size()),
                global(llvm::ConstantArray::get(type, layers), "layers"),
                times}),
        "profile");
  }

  /// Where a call leaves what it had no memory for, or null.
  llvm::Constant *missingBytes() {
    llvm::Constant *bytes =
        code.getGlobalVariable(kMissingBytes, /*AllowInternal=*/true);
    return bytes ? bytes : null();
  }

  /// Names that a null ends.
  llvm::Constant *features(ArrayRef<std::string> names) {
    SmallVector<llvm::Constant *> pointed;
    for (const std::string &name : names)
      pointed.push_back(string(name));
    pointed.push_back(null());
    return pointers(pointed);
  }

  /// ecolm_variant of each of `needs`.
  llvm::Constant *variants(ArrayRef<ProcessorNeeds> needs) {
    SmallVector<llvm::Constant *> list;
    for (const ProcessorNeeds &need : needs)
      list.push_back(record({string(need.cpu), features(need.features)}));
    if (list.empty())
      return null();
    auto *type = llvm::ArrayType::get(list[0]->getType(), list.size());
    return global(llvm::ConstantArray::get(type, list), kVariants);
  }

  llvm::LLVMContext &getContext() { return context; }
  llvm::Module &getCode() { return code; }
  ModuleOp getModule() { return module; }

private:
  ModuleOp module;
  llvm::Module &code;
  llvm::LLVMContext &context;
  llvm::Type *i8, *i32, *i64;
  llvm::PointerType *pointer;
};

} // namespace

/// The ecolm_dtype of an element that a caller can give or take.
static int32_t getElementCode(Type element, bool isUnsigned) {
  if (isa<FloatType>(element))
    return element.isF16()    ? ECOLM_F16
           : element.isBF16() ? ECOLM_BF16
           : element.isF64()  ? ECOLM_F64
                              : ECOLM_F32;
  isUnsigned |= element.isUnsignedInteger();
  switch (element.getIntOrFloatBitWidth()) {
  case 1:
    return ECOLM_BOOL;
  case 2:
    return isUnsigned ? ECOLM_U2 : ECOLM_I2;
  case 4:
    return isUnsigned ? ECOLM_U4 : ECOLM_I4;
  case 8:
    return isUnsigned ? ECOLM_U8 : ECOLM_I8;
  case 16:
    return isUnsigned ? ECOLM_U16 : ECOLM_I16;
  case 32:
    return isUnsigned ? ECOLM_U32 : ECOLM_I32;
  default:
    return isUnsigned ? ECOLM_U64 : ECOLM_I64;
  }
}

/// The tensors of `types`; `kind` is "input" or "output".
static SmallVector<EntryTensor> getEntryTensors(ModuleOp module, StringRef kind,
                                                ArrayRef<Type> types) {
  auto names =
      module->getAttrOfType<ArrayAttr>(("ecolm." + kind + "_names").str());
  auto flags = module->getAttrOfType<DenseBoolArrayAttr>(
      ("ecolm.unsigned_" + kind + "s").str());
  SmallVector<EntryTensor> tensors;
  for (auto [i, type] : llvm::enumerate(types)) {
    StringRef name = names && i < names.size()
                         ? cast<StringAttr>(names[i]).getValue()
                         : StringRef();
    bool isUnsigned = flags && i < flags.size() && flags[i];
    auto buffer = cast<MemRefType>(type);
    tensors.push_back(
        {name, buffer, getElementCode(buffer.getElementType(), isUnsigned)});
  }
  return tensors;
}

EntrySignature ecolm::getEntrySignature(ModuleOp module) {
  auto entry = cast<FunctionType>(
      module->getAttrOfType<TypeAttr>("ecolm.entry").getValue());
  EntrySignature signature;
  signature.isLanguageModel =
      module.lookupSymbol<LLVM::LLVMFuncOp>("ecolm_forward") != nullptr;
  SmallVector<Type> inputs(entry.getInputs()), outputs(entry.getResults());
  if (signature.isLanguageModel) {
    // (ids, position, caches ..., logits, workspace)
    outputs = {inputs[inputs.size() - 2]};
    inputs.resize(1);
  }
  signature.isWholeLanguageModel = module->hasAttr(kWholeSequencesAttrName);
  signature.inputs = getEntryTensors(module, "input", inputs);
  signature.outputs = getEntryTensors(module, "output", outputs);
  return signature;
}

llvm::Error ecolm::defineModelDescriptor(ModuleOp module,
                                         const WeightSectionInfo &weights,
                                         StringRef infoText, StringRef infoJson,
                                         const TokenizerTable &table,
                                         ArrayRef<ProcessorNeeds> needs,
                                         llvm::Module &code) {
  DescriptorBuilder d(module, code);
  EntrySignature entry = getEntrySignature(module);
  int64_t limit = entry.isLanguageModel || entry.isWholeLanguageModel
                      ? entry.outputs[0].type.getShape().back()
                      : std::numeric_limits<int32_t>::max();
  llvm::Expected<llvm::Constant *> tokenizer =
      table.bytes.empty() ? d.tokenizer(limit) : d.tableTokenizer(table);
  if (!tokenizer)
    return tokenizer.takeError();

  llvm::Constant *section = code.getGlobalVariable(kWeightSection);
  if (!section || weights.bytes == 0)
    section = d.null();
  auto name = module->getAttrOfType<StringAttr>("ecolm.name");
  llvm::Constant *descriptor =
      d.record({d.int32(ECOLM_ABI_VERSION),
                d.string(name ? name.getValue() : "model"),
                d.string(infoText),
                d.string(infoJson),
                d.int32(entry.inputs.size()),
                d.int32(entry.outputs.size()),
                d.tensorSpecs(entry.inputs),
                d.tensorSpecs(entry.outputs),
                d.function("ecolm_run"),
                entry.isLanguageModel ? d.languageModel(entry.outputs[0].type)
                : entry.isWholeLanguageModel
                    ? d.wholeLanguageModel(entry.outputs[0].type)
                    : d.null(),
                *tokenizer,
                section,
                d.int64(weights.bytes),
                llvm::ConstantDataArray::get(d.getContext(),
                                             ArrayRef<uint8_t>(weights.sha256)),
                d.int32(d.getChecks().size()),
                d.strings(d.getChecks()),
                d.profile(),
                d.missingBytes(),
                d.int32(needs.size()),
                d.variants(needs)});
  new llvm::GlobalVariable(code, descriptor->getType(), /*isConstant=*/true,
                           llvm::GlobalValue::ExternalLinkage, descriptor,
                           "ecolm_model_descriptor");
  return llvm::Error::success();
}
