//===- WeightSection.cpp - The weight section -----------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes weights straight into an ELF or WebAssembly object: they never pass
// through LLVM's constants, which would cost twelve times their size.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/WeightSection.h"
#include "ecolm/Analysis/WeightBytes.h"
#include "ecolm/Conversion/EcoLMToVector/EcoLMToVector.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Support/WeightPacker.h"
#include "llvm/BinaryFormat/Wasm.h"
#include "llvm/Object/ELFTypes.h"
#include "llvm/Support/EndianStream.h"
#include "llvm/Support/LEB128.h"
#include "llvm/Support/SHA256.h"

using namespace mlir;
using namespace ecolm;
using namespace llvm::ELF;

/// Where the section's bytes begin in the file.
static constexpr uint64_t kDataOffset = 64;

static int64_t getInt(Operation *op, StringRef name) {
  auto attr = op->getAttrOfType<IntegerAttr>(name);
  return attr ? attr.getInt() : -1;
}

uint64_t ecolm::getWeightSectionSize(ModuleOp module) {
  uint64_t end = 0;
  for (auto weight : module.getOps<WeightOp>())
    end = std::max<uint64_t>(
        end, getInt(weight, "ecolm.offset") + getInt(weight, "ecolm.bytes") +
                 std::max<int64_t>(getInt(weight, "ecolm.gap"), 0));
  return llvm::alignTo(end, kDataOffset);
}

namespace {

/// The file around the bytes:
///
///   ELF header | weights | symbols | names | section headers
///
/// Every weight is an input section of its own, since linkers read a section at
/// a time; they stay adjacent and in order, as sizes are multiples of the
/// alignment. Only the first one has a symbol, so all are marked to be kept.
template <class ELFT>
struct ObjectFile {
  using Ehdr = typename ELFT::Ehdr;
  using Shdr = typename ELFT::Shdr;
  using Sym = typename ELFT::Sym;
  static_assert(sizeof(Ehdr) <= kDataOffset);

  /// Start of every weight, and the end of the last one.
  std::vector<uint64_t> bounds;
  int getNumWeights() const { return bounds.size() - 1; }

  // Names of sections and of the symbol share one table.
  static constexpr char kNames[] = "\0.rodata.ecolm\0.symtab\0.strtab\0"
                                   ".note.GNU-stack\0ecolm_weights";
  std::string names = std::string(kNames, sizeof(kNames));
  uint32_t nameOf(StringRef name) const { return names.find(name.str()); }

  void writeHeader(raw_ostream &out, const llvm::Triple &triple, uint32_t flags,
                   uint64_t bytes) {
    Ehdr header = {};
    memcpy(header.e_ident, ElfMagic, 4);
    header.e_ident[EI_CLASS] = ELFT::Is64Bits ? ELFCLASS64 : ELFCLASS32;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_ident[EI_OSABI] = ELFOSABI_GNU; // for SHF_GNU_RETAIN
    header.e_type = ET_REL;
    header.e_machine = triple.isX86()       ? EM_X86_64
                       : triple.isAArch64() ? EM_AARCH64
                                            : EM_RISCV;
    header.e_version = EV_CURRENT;
    header.e_flags = flags;
    header.e_ehsize = sizeof(Ehdr);
    header.e_shentsize = sizeof(Shdr);
    header.e_shnum = getNumWeights() + 4;
    header.e_shstrndx = getNumWeights() + 2;
    header.e_shoff = getSectionHeaders(bytes);
    out.write(reinterpret_cast<char *>(&header), sizeof(header));
    out.write_zeros(kDataOffset - sizeof(header));
  }

  uint64_t getSymbols(uint64_t bytes) const { return kDataOffset + bytes; }
  uint64_t getNames(uint64_t bytes) const {
    return getSymbols(bytes) + 2 * sizeof(Sym);
  }
  uint64_t getSectionHeaders(uint64_t bytes) const {
    return llvm::alignTo(getNames(bytes) + names.size(), 8);
  }

  void writeTrailer(raw_ostream &out, uint64_t bytes) {
    Sym symbols[2] = {};
    symbols[1].st_name = nameOf("ecolm_weights");
    symbols[1].setBindingAndType(STB_GLOBAL, STT_OBJECT);
    symbols[1].setVisibility(STV_HIDDEN);
    symbols[1].st_shndx = 1;
    symbols[1].st_size = bytes;
    out.write(reinterpret_cast<char *>(symbols), sizeof(symbols));
    out << names;
    out.write_zeros(getSectionHeaders(bytes) - getNames(bytes) - names.size());

    std::vector<Shdr> sections(getNumWeights() + 4);
    auto set = [&](int i, StringRef name, uint32_t type, uint64_t offset,
                   uint64_t size, uint64_t align) {
      sections[i].sh_name = nameOf(name);
      sections[i].sh_type = type;
      sections[i].sh_offset = offset;
      sections[i].sh_size = size;
      sections[i].sh_addralign = align;
    };
    for (int i = 0; i < getNumWeights(); ++i) {
      set(i + 1, ".rodata.ecolm", SHT_PROGBITS, kDataOffset + bounds[i],
          bounds[i + 1] - bounds[i], kDataOffset);
      sections[i + 1].sh_flags = SHF_ALLOC | SHF_GNU_RETAIN;
    }
    int symtab = getNumWeights() + 1;
    set(symtab, ".symtab", SHT_SYMTAB, getSymbols(bytes), sizeof(symbols), 8);
    sections[symtab].sh_link = symtab + 1;
    sections[symtab].sh_info = 1;
    sections[symtab].sh_entsize = sizeof(Sym);
    set(symtab + 1, ".strtab", SHT_STRTAB, getNames(bytes), names.size(), 1);
    // Without this section linkers make the stack executable.
    set(symtab + 2, ".note.GNU-stack", SHT_PROGBITS, getSectionHeaders(bytes),
        0, 1);
    out.write(reinterpret_cast<char *>(sections.data()),
              sections.size() * sizeof(Shdr));
  }
};

/// The same for WebAssembly, whose numbers are LEB128:
///
///   import of the memory | data: one segment, the weights | linking: symbols
struct WasmObjectFile {
  std::vector<uint64_t> bounds;

  /// A section, or a part of one, of `content` and `more` bytes behind it.
  static void writePart(raw_ostream &out, uint8_t id, StringRef content,
                        uint64_t more = 0) {
    out << static_cast<char>(id);
    llvm::encodeULEB128(content.size() + more, out);
    out << content;
  }
  static void writeName(raw_ostream &out, StringRef name) {
    llvm::encodeULEB128(name.size(), out);
    out << name;
  }

  void writeHeader(raw_ostream &out, const llvm::Triple &, uint32_t,
                   uint64_t bytes) {
    out.write(llvm::wasm::WasmMagic, sizeof(llvm::wasm::WasmMagic));
    llvm::support::endian::write<uint32_t>(out, llvm::wasm::WasmVersion,
                                           llvm::endianness::little);
    std::string text;
    llvm::raw_string_ostream imports(text);
    llvm::encodeULEB128(1, imports);
    writeName(imports, "env");
    writeName(imports, "__linear_memory");
    imports << static_cast<char>(llvm::wasm::WASM_EXTERNAL_MEMORY) << '\0';
    llvm::encodeULEB128(
        llvm::divideCeil(bytes, llvm::wasm::WasmDefaultPageSize), imports);
    writePart(out, llvm::wasm::WASM_SEC_IMPORT, text);

    text.clear();
    llvm::raw_string_ostream data(text);
    llvm::encodeULEB128(1, data);
    data << '\0' // at an address that is a constant, 0
         << static_cast<char>(llvm::wasm::WASM_OPCODE_I32_CONST) << '\0'
         << static_cast<char>(llvm::wasm::WASM_OPCODE_END);
    llvm::encodeULEB128(bytes, data);
    writePart(out, llvm::wasm::WASM_SEC_DATA, text, bytes);
  }

  void writeTrailer(raw_ostream &out, uint64_t bytes) {
    std::string linkingText, partText;
    llvm::raw_string_ostream linking(linkingText), part(partText);
    writeName(linking, "linking");
    llvm::encodeULEB128(llvm::wasm::WasmMetadataVersion, linking);
    llvm::encodeULEB128(1, part);
    part << static_cast<char>(llvm::wasm::WASM_SYMBOL_TYPE_DATA);
    llvm::encodeULEB128(llvm::wasm::WASM_SYMBOL_VISIBILITY_HIDDEN, part);
    writeName(part, kWeightSection);
    llvm::encodeULEB128(0, part); // of segment 0, from its first byte on
    llvm::encodeULEB128(0, part);
    llvm::encodeULEB128(bytes, part);
    writePart(linking, llvm::wasm::WASM_SYMBOL_TABLE, partText);

    partText.clear();
    llvm::encodeULEB128(1, part);
    writeName(part, ".rodata.ecolm");
    llvm::encodeULEB128(llvm::Log2_64(kDataOffset), part);
    llvm::encodeULEB128(0, part);
    writePart(linking, llvm::wasm::WASM_SEGMENT_INFO, partText);
    writePart(out, llvm::wasm::WASM_SEC_CUSTOM, linkingText);
  }
};

} // namespace

static FailureOr<WeightSectionInfo>
writeBytes(ModuleOp module, raw_ostream &out,
           const std::function<void(ArrayRef<char>)> &release,
           const std::function<void(uint64_t, uint64_t)> &progress) {
  WeightSectionInfo info;
  uint64_t total = getWeightSectionSize(module);
  llvm::SHA256 hash;
  auto put = [&](ArrayRef<char> piece) {
    out.write(piece.data(), piece.size());
    hash.update(ArrayRef<uint8_t>(
        reinterpret_cast<const uint8_t *>(piece.data()), piece.size()));
    info.bytes += piece.size();
    if (progress)
      progress(info.bytes, total);
  };
  auto padTo = [&](uint64_t offset) {
    static const char zeros[kDataOffset] = {};
    if (offset > info.bytes)
      info.gaps.push_back({info.bytes, offset - info.bytes});
    while (offset > info.bytes)
      put(ArrayRef<char>(zeros).take_front(offset - info.bytes));
  };
  for (auto weight : module.getOps<WeightOp>()) {
    padTo(getInt(weight, "ecolm.offset"));
    FailureOr<WeightDescription> description = describeWeight(weight);
    FailureOr<WeightBytes> source = getSourceBytes(weight);
    if (failed(description) || failed(source))
      return failure();
    if (llvm::Error error = packWeight(*description, source->get(), put))
      return weight.emitError("cannot pack the weight: ")
             << llvm::toString(std::move(error));
    if (release)
      release(source->get());
  }
  padTo(total);
  info.sha256 = hash.final();
  return info;
}

template <class File>
static FailureOr<WeightSectionInfo>
writeObject(ModuleOp module, const llvm::Triple &triple, uint32_t flags,
            raw_ostream &out,
            const std::function<void(ArrayRef<char>)> &release,
            const std::function<void(uint64_t, uint64_t)> &progress) {
  File object;
  for (auto weight : module.getOps<WeightOp>())
    object.bounds.push_back(getInt(weight, "ecolm.offset"));
  object.bounds.push_back(getWeightSectionSize(module));
  object.writeHeader(out, triple, flags, getWeightSectionSize(module));
  FailureOr<WeightSectionInfo> info =
      writeBytes(module, out, release, progress);
  if (succeeded(info))
    object.writeTrailer(out, info->bytes);
  return info;
}

FailureOr<WeightSectionInfo>
ecolm::writeWeightSection(ModuleOp module, const llvm::Triple &triple,
                          uint32_t flags, raw_ostream &out,
                          std::function<void(ArrayRef<char>)> release,
                          std::function<void(uint64_t, uint64_t)> progress) {
  if (triple.getArch() == llvm::Triple::wasm32)
    return writeObject<WasmObjectFile>(module, triple, flags, out, release,
                                       progress);
  if (!triple.isOSBinFormatELF() || !triple.isLittleEndian() ||
      !(triple.getArch() == llvm::Triple::x86_64 || triple.isAArch64() ||
        triple.isRISCV()))
    return module.emitError("weights can be placed in little-endian ELF files "
                            "for x86-64, AArch64 and RISC-V, and in "
                            "WebAssembly of 32 bits, not in files for ")
           << triple.str();
  if (triple.isArch64Bit())
    return writeObject<ObjectFile<llvm::object::ELF64LE>>(
        module, triple, flags, out, release, progress);
  return writeObject<ObjectFile<llvm::object::ELF32LE>>(module, triple, flags,
                                                        out, release, progress);
}
