/// The systemd unit that makes a machine's own SSH host keys at its first boot: every machine made from an image needs its own.
package enum HostKeyUnit {
  package static let name = "image-factory-ssh-host-keys.service"
  /// The keys themselves.
  package static let keys = "/etc/ssh/ssh_host_*"
  /// Paths inside the image.
  package static let folder = "/etc/systemd/system"
  package static let wants = "/etc/systemd/system/multi-user.target.wants"
  package static let path = "\(folder)/\(name)"

  package static let text = """
    [Unit]
    Description=Make this machine's own SSH host keys
    ConditionPathExistsGlob=!/etc/ssh/ssh_host_*_key
    Before=ssh.service ssh.socket sshd.service

    [Service]
    Type=oneshot
    ExecStart=/usr/bin/ssh-keygen -A

    [Install]
    WantedBy=multi-user.target

    """
}
