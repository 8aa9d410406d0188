//! Answers as the client's types read them.

use configcat_management::Operation;
use configcat_management::types;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::description::{answer_schema, name_of};

type Decoder = fn(&[u8]) -> Result<(), String>;

macro_rules! decoders {
    ($($name:ident),* $(,)?) => {
        fn decoder(name: &str, many: bool) -> Option<Decoder> {
            match (name, many) {
                $((stringify!($name), false) => Some(read::<types::$name>),)*
                $((stringify!($name), true) => Some(read::<Vec<types::$name>>),)*
                _ => None,
            }
        }
    };
}

decoders![
    AuditLogItemModel,
    AuditLogItemModelPagedList,
    ChangeRequestCommentModel,
    ChangeRequestModel,
    ChangeRequestProposedChangesModel,
    ChangeRequestsModel,
    CodeReferenceModel,
    ConfigModel,
    ConfigSettingFormulasModel,
    ConfigSettingValuesModel,
    DeleteIntegrationLinkModel,
    DeletedSettingModel,
    EnvironmentModel,
    IntegrationLinkDetailsModel,
    IntegrationLinkModel,
    IntegrationModel,
    IntegrationsModel,
    InvitationModel,
    MeModel,
    MemberModel,
    OrganizationInvitationModel,
    OrganizationLimitations,
    OrganizationMembersModel,
    OrganizationModel,
    PermissionGroupModel,
    PredefinedVariationsModel,
    PredefinedVariationsWithUsagesModel,
    PreferencesModel,
    ProductModel,
    ProxyProfileListModel,
    ProxyProfileModel,
    ProxyProfileSdkKeysListModel,
    ProxyProfileSecretModel,
    SdkKeysModel,
    SegmentListModel,
    SegmentModel,
    SettingFormulaModel,
    SettingModel,
    SettingValueModel,
    StaleFlagProductModel,
    TagModel,
    UserModel,
    WebhookResponseModel,
    WebhookSigningKeysModel,
];

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<(), String> {
    let read: Result<T, _> = serde_json::from_slice(body);
    read.map(|_| ()).map_err(|error| error.to_string())
}

/// Reads the body of a success as the client does.
pub fn decode(operation: &Operation, status: u16, body: &[u8]) -> Result<(), String> {
    let Some(schema) = answer_schema(operation, status) else {
        return match body {
            [] => Ok(()),
            _ => Err("it has a body, and should have none".to_string()),
        };
    };
    let many = schema["type"] == "array";
    let schema: &Value = if many { &schema["items"] } else { schema };
    let name = name_of(schema).unwrap_or_default();
    let decode = decoder(name, many).ok_or_else(|| format!("nobody reads `{name}`"))?;
    decode(body)
}
