/// One record that was stored, replaced or removed.
package enum Change: Sendable, Equatable {
    case clientToken(Delta<ClientTokenRecord>)
    case cluster(Delta<ClusterRecord>)
    case containerInstance(Delta<ContainerInstanceRecord>)
    case service(Delta<ServiceRecord>)
    case task(Delta<TaskRecord>)
    case taskDefinition(Delta<TaskDefinitionRecord>)
    case taskDefinitionFamily(Delta<TaskDefinitionFamilyRecord>)

    /// The name of the record and its new stored form; nil bytes when it was removed.
    package var stored: (name: StoredName, bytes: [UInt8]?) {
        switch self {
        case .clientToken(let delta): delta.stored
        case .cluster(let delta): delta.stored
        case .containerInstance(let delta): delta.stored
        case .service(let delta): delta.stored
        case .task(let delta): delta.stored
        case .taskDefinition(let delta): delta.stored
        case .taskDefinitionFamily(let delta): delta.stored
        }
    }

    /// The name of the record.
    package var name: StoredName {
        switch self {
        case .clientToken(let delta): delta.name
        case .cluster(let delta): delta.name
        case .containerInstance(let delta): delta.name
        case .service(let delta): delta.name
        case .task(let delta): delta.name
        case .taskDefinition(let delta): delta.name
        case .taskDefinitionFamily(let delta): delta.name
        }
    }
}

/// A record before and after a change; at least one of the two is there.
package struct Delta<R: Record>: Sendable, Equatable {
    package let key: Key<R>
    // Changes are handed on many times; a reference is cheaper to copy than a record of forty fields.
    private let oldBox: Box<R>?
    private let newBox: Box<R>?

    /// Nil for a new record.
    package var old: R? { oldBox?.value }
    /// Nil for a removed record.
    package var new: R? { newBox?.value }

    package init(key: Key<R>, old: R?, new: R?) {
        self.init(key: key, old: old.map(Box.init), new: new.map(Box.init))
    }

    init(key: Key<R>, old: Box<R>?, new: Box<R>?) {
        self.key = key
        oldBox = old
        newBox = new
    }

    package static func == (left: Delta, right: Delta) -> Bool {
        left.key == right.key && left.old == right.old && left.new == right.new
    }

    var name: StoredName { StoredName(kind: R.kind, key: key.path) }
    var stored: (name: StoredName, bytes: [UInt8]?) { (name, new?.storedBytes()) }
}
