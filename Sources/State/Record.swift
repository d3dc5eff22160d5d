/// A thing the store keeps: a value with a key, a kind, and a table of fields that is its form on disk.
package protocol Record: Stored, Equatable {
    /// Which table the record lives in.
    static var kind: RecordKind { get }
    /// The record's name in its table.
    var key: Key<Self> { get }
    /// The secondary orders the table is kept in; empty for none.
    static var indexes: [IndexDefinition<Self>] { get }
}

extension Record {
    package static var indexes: [IndexDefinition<Self>] { [] }

    /// Two records are equal when their stored forms are.
    package static func == (left: Self, right: Self) -> Bool {
        left.storedBytes() == right.storedBytes()
    }
}

/// A secondary order of a table.
///
/// A record appears in it under `key(record)`, which must end in `/`; nil leaves the record out. `list` with that
/// key, or a leading part of it that ends in `/`, finds the record.
package struct IndexDefinition<R: Record>: Sendable {
    /// The index's name, unique in its table.
    package let name: IndexName
    /// Whether the order holds the records themselves: walks need no look-up for each, and every change of a record
    /// changes the order.
    package let holdsRecords: Bool
    /// The record's place in the index, or nil.
    package let key: @Sendable (R) -> String?

    package init(_ name: IndexName, holdsRecords: Bool = false, key: @escaping @Sendable (R) -> String?) {
        self.name = name
        self.holdsRecords = holdsRecords
        self.key = key
    }
}

/// The names of all secondary orders.
package enum IndexName: Int, Sendable {
    case taskByDesiredStatus
    case taskInProvisioning
    case taskByInstance
    case taskByService
    case taskByFamily
    case taskByStopTime
    case serviceByStatus
    case clusterByStatus
    case instanceByStatus
    case taskByDaemon
    case taskDefinitionByStatus
    case daemonDeploymentByTime
    case daemonDeploymentByEnd
    case daemonTaskDefinitionByStatus
    case daemonTaskDefinitionByFamily
    case tokenByExpiry
    case serviceDeploymentByAge
    case serviceDeploymentByEnd
    case associationByGateway
    case routeByService
    case capacityProviderByStatus
    case taskByProtectionEnd
    case executeSessionByExpiry
    case instanceByHost
    case loadBalancerByName
    case ruleByPriority
    case targetGroupByName
    case targetByID
    case targetByDrainStart
    case targetByService
    case openServiceDeployment
    case secretByEnd
    case logGroupByID
    case logStreamByID
}
