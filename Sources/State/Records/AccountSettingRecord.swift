import AWSModels
import AWSWire

/// An account setting of one principal. Those of the root user are the account's defaults.
package struct AccountSettingRecord: Record {
    /// The principal's ARN.
    package var principal = ""
    package var name = ""
    package var value = ""

    package init() {}

    /// What the keys of a principal's settings begin with. Its ARN may hold `/`, a component of a key may not.
    package static func prefix(_ principal: String) -> String {
        String(principal.map { $0 == "/" ? "|" : $0 }) + "/"
    }

    package static func key(_ principal: String, _ name: String) -> Key<AccountSettingRecord> {
        Key(path: prefix(principal) + name)
    }
    package var key: Key<AccountSettingRecord> { AccountSettingRecord.key(principal, name) }

    package static let fields = FieldTable<AccountSettingRecord>([
        .init("principal", \.principal),
        .init("name", \.name),
        .init("value", \.value),
    ])
}
