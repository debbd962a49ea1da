/// The boot code of a miniature's disk: it prints one text on the first serial port and halts.
///
/// The disk holds no kernel that runs; this is what a boot test can wait for.
package enum BootSector {
  /// What a disk that boots writes on the first serial port (COM1), ended by a login prompt as a real image's.
  package static let marker = "miniature boot sector: this disk was written by the tiny netinstaller"

  /// The first 440 bytes of the disk; the partition table and the disk's signature follow them.
  static var code: [UInt8] {
    let text = Array("\r\n\(marker)\r\n\r\nminiature login: ".utf8)
    let bytes = program + text + [0]
    return bytes + [UInt8](repeating: 0, count: 440 - bytes.count)
  }

  /// 16-bit code, loaded at 0x7C00; the text starts behind it, at 0x7C22.
  private static let program: [UInt8] = [
    0xFA,  // cli
    0x31, 0xC0,  // xor ax, ax
    0x8E, 0xD8,  // mov ds, ax
    0xFC,  // cld
    0xBE, 0x22, 0x7C,  // mov si, 0x7C22
    0xAC,  // next: lodsb
    0x84, 0xC0,  // test al, al
    0x74, 0x11,  // jz halt
    0x88, 0xC4,  // mov ah, al
    0xBA, 0xFD, 0x03,  // mov dx, 0x3FD: the port's line status
    0xEC,  // wait: in al, dx
    0xA8, 0x20,  // test al, 0x20: ready to send
    0x74, 0xFB,  // jz wait
    0xB2, 0xF8,  // mov dl, 0xF8: the port's data
    0x88, 0xE0,  // mov al, ah
    0xEE,  // out dx, al
    0xEB, 0xEA,  // jmp next
    0xF4,  // halt: hlt
    0xEB, 0xFD,  // jmp halt
  ]
}
