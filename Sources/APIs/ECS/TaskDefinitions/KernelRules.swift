import AWSModels
import AWSWire

/// Rules for what a container asks of the kernel: capabilities, security options, parameters.
/// Source: Amazon ECS API Reference, KernelCapabilities, ContainerDefinition (dockerSecurityOptions) and SystemControl.
enum KernelRules {
    static let all: [ContainerRule] = [hasCapabilities, hasSecurityOptions, hasSystemControls]

    private static let capabilities: Set<String> = [
        "ALL", "AUDIT_CONTROL", "AUDIT_WRITE", "BLOCK_SUSPEND", "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER",
        "FSETID", "IPC_LOCK", "IPC_OWNER", "KILL", "LEASE", "LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE", "MKNOD",
        "NET_ADMIN", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID",
        "SYS_ADMIN", "SYS_BOOT", "SYS_CHROOT", "SYS_MODULE", "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO",
        "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "SYSLOG", "WAKE_ALARM",
    ]

    private static let ipcParameters: Set<String> = [
        "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax",
        "kernel.shmmni", "kernel.shm_rmid_forced",
    ]

    private static let hasCapabilities: ContainerRule = { (container, _) throws(WireError) in
        let changed = container.linuxParameters?.capabilities
        for name in (changed?.add ?? []) + (changed?.drop ?? []) where !capabilities.contains(name) {
            throw .container(container, "Invalid Linux capability: \(name).")
        }
    }

    private static let hasSecurityOptions: ContainerRule = { (container, _) throws(WireError) in
        for option in container.dockerSecurityOptions ?? [] {
            let isKnown =
                option == "no-new-privileges"
                || ["apparmor:", "label:", "credentialspec:"].contains { option.hasPrefix($0) && option != $0 }
            guard isKnown else {
                throw .container(
                    container,
                    "Invalid dockerSecurityOptions: \(option). Options are no-new-privileges, apparmor:PROFILE, "
                        + "label:VALUE and credentialspec:FILE.")
            }
        }
    }

    /// The parameters of a namespace that the container shares with the host are the host's.
    private static let hasSystemControls: ContainerRule = { (container, definition) throws(WireError) in
        for control in container.systemControls ?? [] {
            guard let name = control.namespace, let value = control.value, !name.isEmpty, !value.isEmpty else {
                throw .container(container, "A system control must have a namespace and a value.")
            }
            let isIPC = ipcParameters.contains(name) || name.hasPrefix("fs.mqueue.")
            guard isIPC || name.hasPrefix("net.") else {
                throw .container(container, "Invalid system control: \(name). Only namespaced ones are accepted.")
            }
            guard !isIPC || definition.ipcMode != .host else {
                throw .client("System controls of the IPC namespace are not supported when ipcMode=host.")
            }
        }
    }
}
