import State

/// A task with a network interface of its own has it from its placement until it is STOPPED, and nobody else has its
/// address.
struct AddressesAreOwn: Invariant {
    static let name = "an address is of one task"

    mutating func check(_ scene: Scene) -> String? {
        for case .task(let delta) in scene.applied {
            guard let task = scene.head.get(delta.key), task.interfaceCount > 0, task.lastStatus != .stopped,
                task.instanceID != nil
            else { continue }
            guard let interface = task.interface else { return "\(task.key) was placed without an interface" }
            let owner = scene.head.get(NetworkInterfaceRecord.key(interface.address))?.task
            guard owner == task.key.path else {
                return "\(interface.address) of \(task.key) is of \(owner ?? "nobody")"
            }
        }
        return nil
    }
}
