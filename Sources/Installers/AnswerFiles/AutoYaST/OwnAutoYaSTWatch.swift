/// What lets us watch an installation by a user's own profile, which says nothing about serial ports and logs.
///
/// The profile itself stays as it is. linuxrc runs the script when it reads its kernel line (`exec=`), long before YaST has a log;
/// nothing of it reaches the installed system. (linuxrc 7, file.c)
enum OwnAutoYaSTWatch {
  static let fileName = "image-factory-watch"

  static let file = RenderedFile(
    fileName,
    text: """
      #!/bin/sh
      # Started by linuxrc: YaST's log leaves the guest by the second serial port, without password hashes.
      PATH=/usr/bin:/bin:/usr/sbin:/sbin
      export PATH
      {
        while [ ! -e /var/log/YaST2/y2log ]; do sleep 2; done
      \(AutoYaSTScripts.pipeline(tail: "-n +1"))
      } </dev/null >/dev/ttyS1 2>/dev/null &

      """, mode: 0o755)

  /// The words to put before the user's own.
  ///
  /// The last one keeps YaST from comparing the profile with its schema, about which it would ask a question and wait: profiles that
  /// were written for older releases always have something that is not valid any more, and what is wrong is said before the build.
  static let arguments = ["exec=/\(fileName)", "linuxrclog=/dev/ttyS1", "YAST_SKIP_XML_VALIDATION=1"]
}
